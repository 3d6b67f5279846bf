/** The parsed text: places of nodes and the plain model; every scalar is text, the schema types it. */

import { isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Path } from './lines'

export type Model = string | null | Model[] | { [key: string]: Model }
/** The same with every map in the order of the text: an object would put keys like "10" and "2" in the order of numbers. */
export type Data = string | null | Data[] | Map<string, Data>
export type Parsed = Document.Parsed

export interface SyntaxFinding {
  message: string
  from: number
  to: number
}

export const parse = (text: string): Parsed => parseDocument(text, { schema: 'failsafe', keepSourceTokens: true, logLevel: 'silent' }) as Parsed

export const syntaxOf = (parsed: Parsed): SyntaxFinding[] => parsed.errors.map(error => ({ message: error.message.split('\n')[0] ?? '', from: error.pos[0], to: error.pos[1] }))

/** The data of a text; what stands twice or cannot be read is told elsewhere. */
export function dataOf(parsed: Parsed): Data {
  return data(parsed.contents)
}

/** The data as plain objects, for screens. Codes may be numbers: `entriesOf` has them in the order of the text. */
export function modelOf(parsed: Parsed): Model {
  return plain(dataOf(parsed))
}

function data(node: unknown): Data {
  if (isMap(node)) return new Map(node.items.map(pair => [String(keyOf(pair)), data(pair.value)]))
  if (isSeq(node)) return node.items.map(data)
  if (isScalar(node)) return node.value === null || (node.value === '' && !node.source && node.type === 'PLAIN') ? null : String(node.value)
  return null
}

/** The keys of an object in the order of the text, where the object itself has another. */
const WRITTEN = new WeakMap<object, readonly string[]>()
const NUMBER_LIKE = /^(0|[1-9][0-9]*)$/

export function plain(found: Data): Model {
  if (Array.isArray(found)) return found.map(plain)
  return found instanceof Map ? objectOf([...found].map(([key, value]) => [key, plain(value)])) : found
}

/** An object of these pairs, which remembers their order. */
export function objectOf(pairs: readonly (readonly [string, Model])[]): { [key: string]: Model } {
  const made = Object.fromEntries(pairs)
  if (pairs.some(([key]) => NUMBER_LIKE.test(key))) WRITTEN.set(made, Object.freeze(pairs.map(([key]) => key)))
  return made
}

/** The keys of a model's map in the order of the text. */
export const keysOf = (model: { readonly [key: string]: Model }): readonly string[] => WRITTEN.get(model) ?? Object.keys(model)

/** The pairs of a model's map in the order of the text. */
export const entriesOf = (model: { readonly [key: string]: Model }): [string, Model][] => keysOf(model).map(key => [key, model[key] as Model])

export const keyOf = (pair: unknown): unknown => (isPair(pair) && isScalar(pair.key) ? pair.key.value : undefined)

export function nodeAt(parsed: Parsed, path: Path): Node | null {
  let node: unknown = parsed.contents
  for (const step of path) {
    if (isMap(node)) node = node.items.find(pair => keyOf(pair) === String(step))?.value
    else if (isSeq(node)) node = node.items[step as number]
    else return null
  }
  return (node as Node | undefined) ?? null
}

export interface FoundPair {
  map: YAMLMap
  pair: Pair
  index: number
  /** Where the colon stands. */
  colon: number
}

/** The pair at a path, or null when its key or colon has no place of its own. */
export function pairAt(parsed: Parsed, path: Path): FoundPair | null {
  const map = path.length > 1 ? nodeAt(parsed, path.slice(0, -1)) : parsed.contents
  if (!isMap(map)) return null
  const index = map.items.findIndex(pair => keyOf(pair) === String(path.at(-1)))
  const pair = map.items[index]
  const token = (map.srcToken as { items?: { sep?: { type: string; offset: number }[] }[] } | undefined)?.items?.[index]
  const colon = token?.sep?.find(part => part.type === 'map-value-ind')?.offset
  return pair && colon !== undefined ? { map, pair, index, colon } : null
}

/** Where the dash of a list's item stands, or null in an inline list. */
export function dashAt(list: YAMLSeq, index: number): number | null {
  const token = (list.srcToken as { items?: { start: { type: string; offset: number }[] }[] } | undefined)?.items?.[index]
  return token?.start.find(part => part.type === 'seq-item-ind')?.offset ?? null
}

/** The text of every comment, in order of appearance: no edit may lose or change one. */
export function commentsOf(parsed: Parsed): string[] {
  const found: string[] = []
  const seen = new Set<object>()
  const visit = (token: unknown): void => {
    if (!token || typeof token !== 'object' || seen.has(token)) return
    seen.add(token)
    const { type, source } = token as { type?: string; source?: string }
    if (type === 'comment' && source) found.push(source.trim())
    for (const value of Object.values(token)) if (typeof value === 'object') visit(value)
  }
  visit((parsed.contents as { srcToken?: unknown } | null)?.srcToken)
  return found.toSorted()
}
