/** The case of a trial run: what the flow reads of a record, values for it, and the worked case that is kept of it. */

import { entriesOf, type Model } from '../../kernel/splice/document'
import type { Value } from '../../kernel/splice/print'
import { fieldsOf, freeName, isMap, listOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import type { Files } from '../draft/files'
import { written } from '../draft/written'

/** Values by path: `amount`, `company.rating`. */
export type Values = Readonly<Record<string, string>>

const NAME = /"[^"]*"|'[^']*'|[A-Za-z_][\w.]*/g
/** Keys below which no expression stands. */
const NO_EXPRESSIONS: ReadonlySet<string> = new Set(['title', 'fields', 'form', 'connector', 'role', 'post', 'group', 'save', 'note', 'meta', 'allow', 'may', 'opinion', 'name', 'due', 'at', 'undo', 'in', 'pick', 'fill', 'approve', 'vote', 'call', 'copy', 'wait', 'sub_flow', 'workflow', 'return_to', 'rule'])

/** The fields that decide where a case goes: those that the expressions of the flow read. */
export function readsOf(workflow: ModelMap, files: Files, entity: string): readonly string[] {
  const fields = fieldsOf(files, entity), found = new Set<string>()
  const visit = (model: Model): void => {
    if (typeof model === 'string') {
      for (const [word] of model.matchAll(NAME)) {
        const [head = '', ...rest] = word.split('.')
        const field = fields[head]
        if (field !== undefined && !('compute' in mapOf(field)) && (rest.length === 0 || textOf(mapOf(field)['type']) === 'reference')) found.add(word)
      }
    } else if (Array.isArray(model)) model.forEach(visit)
    else if (isMap(model)) for (const [key, value] of entriesOf(model)) if (!NO_EXPRESSIONS.has(key)) visit(value)
  }
  for (const key of ['authority', 'steps']) visit(workflow[key] ?? null)
  const computed = Object.entries(fields).filter(([, field]) => 'compute' in mapOf(field) && reads(workflow, field))
  for (const [, field] of computed) visit(textOf(mapOf(field)['compute']))
  return [...found].toSorted((a, b) => Object.keys(fields).indexOf(a.split('.')[0] ?? '') - Object.keys(fields).indexOf(b.split('.')[0] ?? ''))

  /** A computed field that the flow names: what it is computed from decides as well. */
  function reads(flow: ModelMap, field: Model): boolean {
    const name = Object.entries(fields).find(([, each]) => each === field)?.[0] ?? ''
    return new RegExp(`(^|[^\\w.])${name}([^\\w]|$)`).test(JSON.stringify([flow['authority'] ?? '', flow['steps'] ?? '']))
  }
}

export interface Start {
  readonly values: Values
  /** What steps enter and who acts, as the worked case says it. */
  readonly rest: ReadonlyMap<string, Value>
}

/** What a worked case gives: values by path, and all else as it is written. */
export function givenBy(example: ModelMap, files: Files, entity: string): Start {
  const fields = fieldsOf(files, entity), values: Record<string, string> = {}, rest = new Map<string, Value>()
  for (const [key, value] of entriesOf(mapOf(example['given']))) {
    if (!(key in fields) || Array.isArray(value)) rest.set(key, written(value))
    else if (isMap(value)) for (const [inner, each] of entriesOf(value)) values[`${key}.${inner}`] = textOf(each)
    else values[key] = textOf(value)
  }
  return { values, rest }
}

/** The case as the server takes it and as a worked case is written. */
export function givenOf(values: Values, rest: ReadonlyMap<string, Value>): Map<string, Value> {
  const given = new Map<string, Value>()
  for (const [path, text] of Object.entries(values)) {
    if (text.trim() === '') continue
    const [head = '', inner] = path.split(/\.(.*)/s)
    if (inner === undefined) given.set(head, plain(text))
    else given.set(head, new Map([...((given.get(head) as Map<string, Value> | undefined) ?? []), [inner, plain(text)]]))
  }
  for (const [key, value] of rest) given.set(key, value)
  return given
}

const plain = (text: string): Value => (/^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : text)

/** A value of JSON: maps as objects. */
export function asJson(value: Value): unknown {
  if (Array.isArray(value)) return value.map(asJson)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, asJson(each)]))
  return typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asJson(each)])) : value
}

/** The worked case of a trial: what was given, when, and the way that it took. */
export function exampleOf(workflow: ModelMap, given: Map<string, Value>, clock: string, path: readonly string[]): Value {
  const names = listOf(workflow['examples']).map(each => textOf(mapOf(each)['name']))
  return new Map<string, Value>([['name', freeName('tried', names)], ['clock', clock], ['given', given], ['path', [...path]]])
}

/** The values of a record that the flow reads, and of the records that it refers to. */
export function valuesOfRecord(record: Readonly<Record<string, unknown>>, paths: readonly string[]): Values {
  const expanded = (record['_expanded'] ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  return Object.fromEntries(paths.flatMap(path => {
    const [head = '', inner] = path.split(/\.(.*)/s)
    const value = inner === undefined ? record[head] : expanded[head]?.[inner]
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[path, String(value)]] : []
  }))
}
