/** Who owns which lines: an item or pair of a block collection with the comments that belong to it (rules O1 to O6). */

import { isMap, isSeq, type Node, type YAMLSeq } from 'yaml'
import { dashAt, type FoundPair } from './document'
import { depth, isComment, lineEnd, lineStart } from './lines'

export interface Owned {
  from: number
  to: number
  /** Column of the dash or key. */
  column: number
}

/** O2: the end of the lines of something in a column whose last character is at `at`. */
export function tail(text: string, at: number, column: number): number {
  let end = lineEnd(text, at)
  for (let place = end; place < text.length; ) {
    const next = lineEnd(text, place)
    const line = text.slice(place, next)
    if (isComment(line) && depth(line) > column) end = next
    else if (line.trim()) break
    place = next
  }
  return end
}

/** O3: the comment lines directly above, in exactly the same column, belong to what follows. */
export function head(text: string, from: number, column: number, floor: number): number {
  let start = from
  while (start > floor) {
    const above = lineStart(text, start - 1)
    const line = text.slice(above, start)
    if (above < floor || !isComment(line) || depth(line) !== column) break
    start = above
  }
  return start
}

/** The last character of a node's content; of its dash or colon when it has none. */
function lastOf(node: Node | null | undefined, otherwise: number): number {
  const range = node?.range
  return range && range[1] > range[0] ? Math.max(otherwise, range[1] - 1) : otherwise
}

/** O1: the lines of one item of a block list; null when its dash is not the first thing on its line. */
export function itemLines(text: string, list: YAMLSeq, index: number): Owned | null {
  const dash = dashAt(list, index)
  if (dash === null) return null
  const line = lineStart(text, dash)
  const column = dash - line
  if (text.slice(line, dash).trim()) return null
  const before = index ? itemLines(text, list, index - 1) : null
  const floor = before?.to ?? 0
  return { from: head(text, line, column, floor), to: tail(text, lastOf(list.items[index] as Node, dash), column), column }
}

/** O1: the lines of one pair of a block map; `onDash` when its key shares the line of a list's dash. */
export function pairLines(text: string, found: FoundPair): (Owned & { onDash: boolean }) | null {
  const { map, pair, colon, index } = found
  const key = (pair.key as Node | null)?.range?.[0]
  if (map.flow || key === undefined) return null
  const line = lineStart(text, key)
  const column = key - line
  const lead = text.slice(line, key)
  const onDash = Boolean(lead.trim())
  if (onDash && !/^ *(- +)+$/.test(lead)) return null
  const to = tail(text, lastOf(pair.value as Node | null, colon), column)
  const floor = index ? lineEnd(text, lastOf(map.items[index - 1]?.value as Node | null, 0)) : 0
  return { from: onDash ? key : head(text, line, column, floor), to, column, onDash }
}

export const isBlockList = (node: unknown): node is YAMLSeq => isSeq(node) && !node.flow
export const isInline = (node: unknown): boolean => (isSeq(node) || isMap(node)) && Boolean(node.flow)
