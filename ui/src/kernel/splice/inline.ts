/** Edits of inline collections on one line: `[a, b]` and `{a: 1, b: 2}`. */

import { isMap, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Edit } from './lines'

interface Place {
  from: number
  to: number
}

/** The places of the elements; null when the collection stands on several lines. */
function places(text: string, node: YAMLSeq | YAMLMap): Place[] | null {
  if (!node.range || /[\r\n#]/.test(text.slice(node.range[0], node.range[1]))) return null
  const found = node.items.map(item => {
    const first = isMap(node) ? ((item as Pair).key as Node | null) : (item as Node)
    const last = isMap(node) ? (((item as Pair).value as Node | null) ?? first) : first
    return first?.range && last?.range ? { from: first.range[0], to: last.range[1] } : null
  })
  return found.every(place => place !== null) ? (found as Place[]) : null
}

export function insertInline(text: string, list: YAMLSeq, index: number, printed: string): Edit[] | null {
  const all = places(text, list)
  if (!all) return null
  const next = all[index]
  const last = all.at(-1)
  if (next) return [[next.from, next.from, `${printed}, `]]
  return last ? [[last.to, last.to, `, ${printed}`]] : null
}

export function removeInline(text: string, node: YAMLSeq | YAMLMap, index: number): Edit[] | null {
  const all = places(text, node)
  const place = all?.[index]
  if (!all || !place) return null
  const next = all[index + 1]
  const before = all[index - 1]
  if (next) return [[place.from, next.from, '']]
  return [[before ? before.to : place.from, place.to, '']]
}

/** The texts of the elements change places; separators and padding stay. */
export function moveInline(text: string, list: YAMLSeq, from: number, to: number): Edit[] | null {
  const all = places(text, list)
  if (!all) return null
  const texts = all.map(place => text.slice(place.from, place.to))
  const [moved] = texts.splice(from, 1)
  if (moved === undefined) return null
  texts.splice(to, 0, moved)
  return all.map((place, at) => [place.from, place.to, texts[at] ?? ''] as const)
}
