/** Places inside of a workflow's file: what stands there, and how something new comes to stand there. */

import type { Model } from '../../kernel/splice/document'
import type { Operation } from '../../kernel/splice/operations'
import type { Path } from '../../kernel/splice/lines'
import type { Value } from '../../kernel/splice/print'
import { KEYS } from './keys'
import { isMap, type ModelMap } from '../draft/definition'

/** What stands at a place; undefined for nothing. */
export function modelAt(model: ModelMap, path: Path): Model | undefined {
  let now: Model | undefined = model as Model
  for (const step of path) now = Array.isArray(now) ? now[step as number] : isMap(now) ? now[step as string] : undefined
  return now
}

/** Sets a place to a value; maps on the way to it that are not there yet are made around it. */
export function wrapped(model: ModelMap, path: Path, value: Value): Operation {
  const around = path.slice(0, -1), key = path.at(-1) as string | number
  if (typeof key === 'number') return { kind: 'setValue', path, value }
  if (around.length === 0 || isMap(modelAt(model, around))) return { kind: 'setKey', map: around, key, value, order: KEYS }
  return wrapped(model, around, new Map([[key, value]]))
}

export const sameplace = (a: Path, b: Path): boolean => a.length === b.length && a.every((part, at) => part === b[at])
