/** A visual edit: the splice, checked against the edit of the model before anything is kept. */

import { commentsOf, modelOf, parse, type Model } from './document'
import type { Path } from './lines'
import { placeOfKey, splice, type Operation } from './operations'
import type { Value } from './print'

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
    const want = edited(modelOf(before), operation)
    if (after.errors.length || want === undefined || JSON.stringify(modelOf(after)) !== JSON.stringify(want)) return { ok: false, reason: 'check' }
    if (!removes(operation) && commentsOf(before).join('\n') !== commentsOf(after).join('\n')) return { ok: false, reason: 'check' }
    now = next
  }
  return { ok: true, text: now }
}

/** A comment may go only with what it belongs to. */
const removes = (operation: Operation): boolean => operation.kind === 'removeItem' || operation.kind === 'removeKey'

export function asModel(value: Value): Model {
  if (Array.isArray(value)) return value.map(asModel)
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asModel(item)]))
  return String(value)
}

/** The same operation on plain values: what the new text must mean. */
export function edited(model: Model, operation: Operation): Model | undefined {
  const copy = structuredClone(model)
  switch (operation.kind) {
    case 'insertItem': {
      const list = listAt(copy, operation.list) ?? makeList(copy, operation.list)
      list?.splice(operation.index, 0, asModel(operation.value))
      return list && copy
    }
    case 'removeItem': {
      const list = listAt(copy, operation.path.slice(0, -1))
      list?.splice(operation.path.at(-1) as number, 1)
      return list && copy
    }
    case 'moveItem': {
      const from = listAt(copy, operation.from.slice(0, -1))
      const moved = from?.splice(operation.from.at(-1) as number, 1)[0]
      const to = listAt(copy, operation.to.slice(0, -1)) ?? makeList(copy, operation.to.slice(0, -1))
      if (moved === undefined || !to) return undefined
      to.splice(operation.to.at(-1) as number, 0, moved)
      return copy
    }
    case 'setValue': {
      const parent = at(copy, operation.path.slice(0, -1))
      if (!parent || typeof parent !== 'object') return undefined
      ;(parent as Record<string | number, Model>)[operation.path.at(-1) as string] = asModel(operation.value)
      return copy
    }
    case 'setKey':
      return withKey(copy, operation.map, operation.key, asModel(operation.value), operation.order)
    case 'removeKey': {
      const parent = at(copy, operation.path.slice(0, -1))
      if (!isRecord(parent)) return undefined
      delete parent[operation.path.at(-1) as string]
      return copy
    }
    case 'renameKey': {
      const parent = at(copy, operation.path.slice(0, -1))
      if (!isRecord(parent)) return undefined
      const pairs = Object.entries(parent).map(([key, value]) => [key === operation.path.at(-1) ? operation.name : key, value] as const)
      for (const key of Object.keys(parent)) delete parent[key]
      Object.assign(parent, Object.fromEntries(pairs))
      return copy
    }
  }
}

function withKey(model: Model, path: Path, key: string, value: Model, order: readonly string[]): Model | undefined {
  const map = at(model, path)
  if (!isRecord(map)) return undefined
  if (key in map) {
    map[key] = value
    return model
  }
  const pairs = Object.entries(map)
  if (pairs.length) pairs.splice(placeOfKey(pairs.map(([name]) => name), key, order) + 1, 0, [key, value])
  else pairs.push([key, value])
  for (const name of Object.keys(map)) delete map[name]
  Object.assign(map, Object.fromEntries(pairs))
  return model
}

const isRecord = (model: Model | undefined): model is { [key: string]: Model } => typeof model === 'object' && model !== null && !Array.isArray(model)

function at(model: Model, path: Path): Model | undefined {
  let now: Model | undefined = model
  for (const step of path) {
    if (typeof now !== 'object' || now === null) return undefined
    now = (now as Record<string | number, Model>)[step as string]
  }
  return now
}

function listAt(model: Model, path: Path): Model[] | undefined {
  const found = at(model, path)
  return Array.isArray(found) ? found : undefined
}

/** An empty key becomes a list when something is put into it. */
function makeList(model: Model, path: Path): Model[] | undefined {
  const parent = at(model, path.slice(0, -1))
  const key = path.at(-1) as string
  if (!isRecord(parent) || parent[key] !== null) return undefined
  const list: Model[] = []
  parent[key] = list
  return list
}
