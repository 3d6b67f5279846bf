/** Structural sharing: what did not change keeps its identity, so that memoised parts of the screen stay as they are. */

import { keysOf, objectOf, type Model } from '../../kernel/splice/document'

/** The new value made of the old one's parts wherever they are equal; list elements are matched by name first, by place second. */
export function share(before: Model | undefined, after: Model): Model {
  if (before === undefined || before === null || after === null || typeof before !== 'object' || typeof after !== 'object') return before === after ? before : after
  if (Array.isArray(after)) return Array.isArray(before) ? shareList(before, after) : after
  if (Array.isArray(before)) return after
  const keys = keysOf(after)
  const shared = objectOf(keys.map(key => [key, share(before[key], after[key] as Model)]))
  const old = keysOf(before)
  return old.length === keys.length && keys.every((key, at) => old[at] === key && shared[key] === before[key]) ? before : shared
}

function shareList(before: Model[], after: Model[]): Model[] {
  const named = new Map(before.flatMap(item => (nameOf(item) === undefined ? [] : [[nameOf(item), item] as const])))
  const shared = after.map((item, at) => share(named.get(nameOf(item)) ?? before[at], item))
  return shared.length === before.length && shared.every((item, at) => item === before[at]) ? before : shared
}

/** The name of a list's element: itself when it is a word, else the value of its first key. */
export function nameOf(item: Model | undefined): string | undefined {
  if (typeof item === 'string') return item
  if (!item || Array.isArray(item)) return undefined
  const first = item[keysOf(item)[0] ?? '']
  return typeof first === 'string' ? first : undefined
}
