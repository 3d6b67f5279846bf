/** The edits of a definition's text, each as splices of the text before it; null when the layout does not allow it. */

import { isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml'
import { keyOf, nodeAt, pairAt, parse, type Parsed } from './document'
import { applyEdits, lineEnd, lineStart, newline, shift, wholeLines, type Edit, type Path } from './lines'
import { itemLines, pairLines } from './ownership'
import { printInline, printItem, printPair, printScalar, type Value } from './print'
import { insertInline, moveInline, removeInline } from './inline'

export type Operation =
  | { kind: 'insertItem'; list: Path; index: number; value: Value }
  | { kind: 'removeItem'; path: Path }
  /** `to` ends with the index after the item was taken out. */
  | { kind: 'moveItem'; from: Path; to: Path }
  | { kind: 'setValue'; path: Path; value: Value }
  /** Adds the key, or replaces its value; `order` is the schema's order of keys. */
  | { kind: 'setKey'; map: Path; key: string; value: Value; order: readonly string[] }
  | { kind: 'removeKey'; path: Path }
  | { kind: 'renameKey'; path: Path; name: string }

/** The text after one operation, not yet checked. */
export function splice(text: string, operation: Operation): string | null {
  const parsed = parse(text)
  if (parsed.errors.length) return null
  const edits = editsOf(text, parsed, operation)
  return edits && applyEdits(text, edits)
}

function editsOf(text: string, parsed: Parsed, operation: Operation): Edit[] | null {
  switch (operation.kind) {
    case 'insertItem':
      return insertItem(text, parsed, operation.list, operation.index, operation.value)
    case 'removeItem':
      return removeItem(text, parsed, operation.path)
    case 'moveItem':
      return moveItem(text, parsed, operation.from, operation.to)
    case 'setValue':
      return setValue(text, parsed, operation.path, operation.value)
    case 'setKey':
      return setKey(text, parsed, operation)
    case 'removeKey':
      return removeKey(text, parsed, operation.path)
    case 'renameKey':
      return renameKey(parsed, operation.path, operation.name)
  }
}

interface Slot {
  at: number
  column: number
  open: Edit[]
}

/** Where an item goes in a block list, or in a list that is empty or not there yet. */
function slot(text: string, parsed: Parsed, list: Path, index: number, without: number): Slot | null {
  const node = nodeAt(parsed, list)
  if (isSeq(node) && node.items.length) {
    if (node.flow) return null
    const rest = [...node.items.keys()].filter(at => at !== without)
    const last = index >= rest.length
    const near = rest.length ? itemLines(text, node, (last ? rest.at(-1) : rest[index]) as number) : null
    return near && { at: last ? near.to : near.from, column: near.column, open: [] }
  }
  const found = pairAt(parsed, list)
  const empty = !node || isSeq(node) || (isScalar(node) && !node.source)
  if (!found || found.map.flow || !empty) return null
  const key = (found.pair.key as Node).range?.[0]
  if (key === undefined) return null
  const range = node?.range
  const used = range && range[1] > range[0]
  if (used && /[\r\n#]/.test(text.slice(found.colon + 1, range[1]))) return null
  return { at: lineEnd(text, found.colon), column: key - lineStart(text, key) + 2, open: used ? [[found.colon + 1, range[1], '']] : [] }
}

function insertItem(text: string, parsed: Parsed, list: Path, index: number, value: Value): Edit[] | null {
  const node = nodeAt(parsed, list)
  if (isSeq(node) && node.flow && node.items.length) return insertInline(text, node, index, printInline(value))
  const place = slot(text, parsed, list, index, -1)
  // An empty list inside of an inline map stays on its line.
  if (!place && isSeq(node) && node.flow && node.range) return [[node.range[0], node.range[1], `[${printInline(value)}]`]]
  if (!place) return null
  return [[place.at, place.at, wholeLines(text, place.at, printItem(value, place.column, newline(text)))], ...place.open]
}

function removeItem(text: string, parsed: Parsed, path: Path): Edit[] | null {
  const list = nodeAt(parsed, path.slice(0, -1))
  const index = path.at(-1) as number
  if (!isSeq(list) || !list.items[index]) return null
  if (list.flow) return removeInline(text, list, index)
  const lines = itemLines(text, list, index)
  if (!lines) return null
  return [[lines.from, lines.to, ''], ...leaveEmpty(parsed, path.slice(0, -1), list.items.length)]
}

/** The last item of a list leaves `[]` behind. */
function leaveEmpty(parsed: Parsed, list: Path, length: number): Edit[] {
  const found = length === 1 ? pairAt(parsed, list) : null
  return found ? [[found.colon + 1, found.colon + 1, ' []']] : []
}

function moveItem(text: string, parsed: Parsed, from: Path, to: Path): Edit[] | null {
  if (to.length > from.length && from.every((step, at) => step === to[at])) return null
  const source = from.slice(0, -1)
  const target = to.slice(0, -1)
  const index = from.at(-1) as number
  const place = to.at(-1) as number
  const list = nodeAt(parsed, source)
  const same = source.length === target.length && source.every((step, at) => step === target[at])
  if (!isSeq(list) || !list.items[index]) return null
  if (same && (list.items.length === 1 || index === place)) return []
  const other = nodeAt(parsed, target)
  if (list.flow) {
    if (same) return moveInline(text, list, index, place)
    const range = (list.items[index] as Node).range
    const removed = removeInline(text, list, index)
    if (!range || !removed) return null
    const moved = text.slice(range[0], range[1])
    if (isSeq(other) && other.flow && other.items.length) {
      const inserted = insertInline(text, other, place, moved)
      return inserted && [...removed, ...inserted]
    }
    const into = slot(text, parsed, target, place, -1)
    return into && [...removed, [into.at, into.at, wholeLines(text, into.at, `${' '.repeat(into.column)}- ${moved}`)], ...into.open]
  }
  const lines = itemLines(text, list, index)
  if (!lines) return null
  if (isSeq(other) && other.flow && other.items.length) {
    const body = text.slice(lines.from, lines.to).trim().replace(/^- +/, '')
    if (/[\r\n#]/.test(body)) return null
    const plain = isScalar(list.items[index]) && (list.items[index] as Scalar).type === 'PLAIN'
    const inserted = insertInline(text, other, place, plain ? printScalar(body, true) : body)
    return inserted && [[lines.from, lines.to, ''], ...inserted, ...leaveEmpty(parsed, source, list.items.length)]
  }
  const into = slot(text, parsed, target, place, same ? index : -1)
  if (!into) return null
  const body = wholeLines(text, into.at, shift(text.slice(lines.from, lines.to), into.column - lines.column))
  return [[lines.from, lines.to, ''], [into.at, into.at, body], ...into.open, ...(same ? [] : leaveEmpty(parsed, source, list.items.length))]
}

function setValue(text: string, parsed: Parsed, path: Path, value: Value): Edit[] | null {
  const node = nodeAt(parsed, path)
  const range = node?.range
  if (!node || !range || range[1] <= range[0]) {
    const found = pairAt(parsed, path)
    return found && [[found.colon + 1, found.colon + 1, ` ${printInline(value)}`]]
  }
  if ((isMap(node) || isSeq(node)) && (!node.flow || /[\r\n]/.test(text.slice(range[0], range[1])))) return null
  if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) return setBlockText(text, node, parsed, path, value)
  return [[range[0], range[1], rewritten(node, value, isInside(parsed, path))]]
}

/** A quoted value stays quoted in its style. */
function rewritten(node: Node, value: Value, inline: boolean): string {
  if (typeof value === 'string' && isScalar(node)) {
    if (node.type === 'QUOTE_DOUBLE') return JSON.stringify(value)
    if (node.type === 'QUOTE_SINGLE' && !/[\r\n]/.test(value)) return `'${value.replaceAll("'", "''")}'`
  }
  return typeof value === 'object' ? printInline(value) : printScalar(value, inline)
}

function setBlockText(text: string, node: Scalar, parsed: Parsed, path: Path, value: Value): Edit[] | null {
  const found = pairAt(parsed, path)
  const range = node.range
  if (typeof value !== 'string' || !found || !range || /[\r\n]/.test(value)) return null
  const head = text.slice(found.colon + 1, lineEnd(text, range[0]))
  if (head.includes('#')) return null
  return [[found.colon + 1, range[1], ` ${printScalar(value, false)}${newline(text)}`]]
}

const isInside = (parsed: Parsed, path: Path): boolean =>
  path.some((_, at) => {
    const node = nodeAt(parsed, path.slice(0, at))
    return (isMap(node) || isSeq(node)) && Boolean(node.flow)
  })

function setKey(text: string, parsed: Parsed, operation: { map: Path; key: string; value: Value; order: readonly string[] }): Edit[] | null {
  const { map: path, key, value, order } = operation
  const map = path.length ? nodeAt(parsed, path) : parsed.contents
  if (!isMap(map)) return null
  if (map.items.some(pair => keyOf(pair) === key)) return replaceKey(text, parsed, [...path, key], value)
  if (!map.items.length) return map.range ? [[map.range[0], map.range[1], `{${printScalar(key, true)}: ${printInline(value)}}`]] : null
  const after = placeOfKey(map.items.map(pair => String(keyOf(pair))), key, order)
  if (map.flow) {
    const near = map.items[after]
    const end = (near?.value as Node | null)?.range?.[1] ?? (near?.key as Node | null)?.range?.[1]
    return end === undefined ? null : [[end, end, `, ${printScalar(key, true)}: ${printInline(value)}`]]
  }
  const found = pairAt(parsed, [...path, String(keyOf(map.items[after]))])
  const lines = found && pairLines(text, found)
  return lines && [[lines.to, lines.to, wholeLines(text, lines.to, printPair(key, value, lines.column, newline(text)))]]
}

/** The value of a key that is there, also one that is a whole block. */
function replaceKey(text: string, parsed: Parsed, path: Path, value: Value): Edit[] | null {
  const direct = setValue(text, parsed, path, value)
  if (direct) return direct
  const found = pairAt(parsed, path)
  const lines = found && pairLines(text, found)
  if (!lines || !found || /#/.test(text.slice(found.colon, lines.to))) return null
  const printed = printPair(String(path.at(-1)), value, lines.column, newline(text))
  const key = (found.pair.key as Node).range?.[0] ?? lines.from
  return [[key, lines.to, printed.trimStart()]]
}

/** The index of the present key behind which a new one stands: the last that precedes it in the schema's order, else the last. */
export function placeOfKey(present: readonly string[], key: string, order: readonly string[]): number {
  const rank = order.indexOf(key)
  const before = rank < 0 ? [] : present.map((name, at) => ({ at, rank: order.indexOf(name) })).filter(p => p.rank >= 0 && p.rank < rank)
  return before.length ? Math.max(...before.map(p => p.at)) : present.length - 1
}

function removeKey(text: string, parsed: Parsed, path: Path): Edit[] | null {
  const found = pairAt(parsed, path)
  if (!found) return null
  const { map, index } = found
  if (map.flow) return removeInline(text, map, index)
  if (map.items.length === 1) return null
  const lines = pairLines(text, found)
  if (!lines) return null
  if (!lines.onDash) return [[lines.from, lines.to, '']]
  const next = (map.items[index + 1]?.key as Node | null)?.range?.[0]
  return next === undefined ? null : [[lines.from, next, '']]
}

function renameKey(parsed: Parsed, path: Path, name: string): Edit[] | null {
  const found = pairAt(parsed, path)
  const range = (found?.pair.key as Node | undefined)?.range
  return found && range && !found.map.items.some(pair => keyOf(pair) === name) ? [[range[0], range[1], printScalar(name, Boolean(found.map.flow))]] : null
}
