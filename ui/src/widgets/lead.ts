/** Where the value of a reference leads: the record, and the columns by which it is told apart. */
import type { FieldOptions, Wire } from '../kernel/api/types'

export interface Lead { readonly app: string, readonly entity: string, readonly id: string, readonly columns: readonly string[] }

/** `app.entity` of a reference; a bare name belongs to the app around. */
export function targetOf(to: string | undefined, app: string): readonly [app: string, entity: string] {
  const [first = '', second] = (to ?? '').split('.')
  return second === undefined ? [app, first] : [first, second]
}

/** `app.entity/id` in its two parts. */
export function partsOf(value: unknown): readonly [entity: string, id: string | null] {
  const [entity = '', id] = String(value ?? '').split('/')
  return [entity, id ?? null]
}

/** Where a value leads; null for a field that leads nowhere, and for a missing value. */
export function leadOf(field: { readonly type: string, readonly options: FieldOptions }, value: Wire | undefined, around: string): Lead | null {
  if (typeof value !== 'string' || value === '') return null
  if (field.type === 'reference') {
    const [app, entity] = targetOf(field.options.to, around)
    return { app, entity, id: value, columns: field.options.to_columns ?? [] }
  }
  const [to, id] = partsOf(value)
  if (field.type !== 'any_reference' || id === null) return null
  const [app, entity] = targetOf(to, around)
  return { app, entity, id, columns: field.options.targets?.find(each => each.to === to)?.to_columns ?? [] }
}
