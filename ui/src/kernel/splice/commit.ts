/** A visual edit: the splice, checked against the edit of the model before anything is kept. */

import { commentsOf, dataOf, parse, type Data } from './document'
import type { Path } from './lines'
import { placeOfKey, splice, type Operation } from './operations'
import { pairsOf, type Value } from './print'

export type Committed = { ok: true; text: string } | { ok: false; reason: 'syntax' | 'layout' | 'check' }

/** The text after all operations, or why it stays as it is. Every step is checked: the new text means exactly what was wanted, and no comment is lost. */
export function commit(text: string, operations: readonly Operation[]): Committed {
  let now = text
  for (const operation of operations) {
    const before = parse(now)
    if (before.errors.length) return { ok: false, reason: 'syntax' }
    const next = splice(now, operation)
    if (next === null) return { ok: false, reason: 'layout' }
    const after = parse(next)
    const want = edited(dataOf(before), operation)
    if (after.errors.length || want === undefined || identity(dataOf(after)) !== identity(want)) return { ok: false, reason: 'check' }
    if (!removes(operation) && commentsOf(before).join('\n') !== commentsOf(after).join('\n')) return { ok: false, reason: 'check' }
    now = next
  }
  return { ok: true, text: now }
}

/** A comment may go only with what it belongs to. */
const removes = (operation: Operation): boolean => operation.kind === 'removeItem' || operation.kind === 'removeKey'

/** A text that is the same for the same data in the same order only. */
const identity = (data: Data): string => JSON.stringify(data, (_, value: unknown) => (value instanceof Map ? { pairs: [...value] } : value))

function asData(value: Value): Data {
  if (Array.isArray(value)) return value.map(asData)
  if (typeof value === 'object') return new Map(pairsOf(value).map(([key, item]) => [key, asData(item)]))
  return String(value)
}

/** The same operation on the data: what the new text must mean. */
export function edited(data: Data, operation: Operation): Data | undefined {
  const copy = structuredClone(data)
  switch (operation.kind) {
    case 'insertItem': {
      const list = listAt(copy, operation.list) ?? makeList(copy, operation.list)
      list?.splice(operation.index, 0, asData(operation.value))
      return list && copy
    }
    case 'removeItem': {
      const list = listAt(copy, operation.path.slice(0, -1))
      list?.splice(operation.path.at(-1) as number, 1)
      return list && copy
    }
    case 'moveItem': {
      const from = listAt(copy, operation.from.slice(0, -1))
      // `to` names the list as it is before the move: taking the item out may give it another place.
      const to = listAt(copy, operation.to.slice(0, -1)) ?? makeList(copy, operation.to.slice(0, -1))
      const moved = from?.splice(operation.from.at(-1) as number, 1)[0]
      if (moved === undefined || !to) return undefined
      to.splice(operation.to.at(-1) as number, 0, moved)
      return copy
    }
    case 'setValue': {
      const parent = at(copy, operation.path.slice(0, -1))
      const step = operation.path.at(-1) as string | number
      if (parent instanceof Map) parent.set(String(step), asData(operation.value))
      else if (Array.isArray(parent)) parent[step as number] = asData(operation.value)
      else return undefined
      return copy
    }
    case 'setKey':
      return withKey(copy, operation.map, operation.key, asData(operation.value), operation.order)
    case 'removeKey': {
      const parent = at(copy, operation.path.slice(0, -1))
      if (!(parent instanceof Map)) return undefined
      parent.delete(String(operation.path.at(-1)))
      return copy
    }
    case 'renameKey': {
      const parent = at(copy, operation.path.slice(0, -1))
      if (!(parent instanceof Map)) return undefined
      refill(parent, [...parent].map(([key, value]) => [key === operation.path.at(-1) ? operation.name : key, value]))
      return copy
    }
  }
}

function withKey(data: Data, path: Path, key: string, value: Data, order: readonly string[]): Data | undefined {
  const map = at(data, path)
  if (!(map instanceof Map)) return undefined
  if (map.has(key)) {
    map.set(key, value)
    return data
  }
  const pairs = [...map]
  if (pairs.length) pairs.splice(placeOfKey(pairs.map(([name]) => name), key, order) + 1, 0, [key, value])
  else pairs.push([key, value])
  refill(map, pairs)
  return data
}

function refill(map: Map<string, Data>, pairs: [string, Data][]): void {
  map.clear()
  for (const [key, value] of pairs) map.set(key, value)
}

function at(data: Data, path: Path): Data | undefined {
  let now: Data | undefined = data
  for (const step of path) now = now instanceof Map ? now.get(String(step)) : Array.isArray(now) ? now[step as number] : undefined
  return now
}

function listAt(data: Data, path: Path): Data[] | undefined {
  const found = at(data, path)
  return Array.isArray(found) ? found : undefined
}

/** An empty key becomes a list when something is put into it. */
function makeList(data: Data, path: Path): Data[] | undefined {
  const parent = at(data, path.slice(0, -1))
  const key = String(path.at(-1))
  if (!(parent instanceof Map) || parent.get(key) !== null) return undefined
  const list: Data[] = []
  parent.set(key, list)
  return list
}
