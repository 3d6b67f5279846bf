/** Merging as the server tells it, and whose value stands where nothing is chosen. */
import { call, get, path } from '../../kernel/api/client'
import type { Label, RecordWire } from '../../kernel/api/types'

export const ALL = 'all'
export type Choice = Readonly<Record<string, string>>

export interface Side { readonly id: string, readonly version: number, readonly title: string, readonly record: RecordWire }
export interface MergedField { readonly name: string, readonly source: string, readonly choices: readonly string[] }
export interface Preview {
  readonly survivor: string
  readonly records: readonly Side[]
  readonly fields: readonly MergedField[]
  readonly moves: readonly { readonly app: string, readonly entity: string, readonly label: Label, readonly records: number }[]
  /** Whether records that are not this person's to see refer to them too. */
  readonly hidden: boolean
  readonly refusals: readonly { readonly code: string, readonly message: string, readonly pointer: string | null }[]
}

interface Stayed { readonly fields: readonly string[], readonly references: number }
/** A merge into a record; a merged record that is not this person's to see is null. */
export interface Merge {
  readonly id: string
  readonly state: 'merged' | 'unmerged'
  readonly reason: string
  readonly by: string
  readonly at: string
  readonly merged: readonly ({ readonly id: string, readonly title: string } | null)[]
  readonly fields: readonly string[]
  readonly references: number
  readonly undone: { readonly reason: string, readonly by: string, readonly at: string, readonly stayed: Stayed } | null
}

export const lookAt = (app: string, entity: string, ids: readonly string[], choose: Choice, signal: AbortSignal) =>
  call<Preview>('POST', path('api', app, entity, ids[0] ?? '', 'merge', 'preview'), { body: { merged: ids.slice(1), choose }, signal }).then(answer => answer.data)

export const merge = (app: string, entity: string, seen: Preview, choose: Choice, reason: string, key: string) => {
  const [survivor, ...others] = seen.records
  const merged = others.map(({ id, version }) => ({ id, version }))
  return call('POST', path('api', app, entity, survivor?.id ?? '', 'merge'), { body: { merged, choose, reason }, ifMatch: survivor?.version ?? 0, key })
}

export const mergesOf = (app: string, entity: string, id: string, signal: AbortSignal) =>
  get<{ readonly items: readonly Merge[] }>(path('api', app, entity, id, 'merges'), { signal }).then(answer => answer.items)

export const unmerge = (app: string, entity: string, id: string, version: number, merged: string, reason: string) =>
  call<{ readonly stayed: Stayed }>('POST', path('api', app, entity, id, 'merges', merged, 'unmerge'), { body: { reason }, ifMatch: version }).then(answer => answer.data)

/** The records in the order of a merge: the one that stays first. */
export const keepFirst = (ids: readonly string[], survivor: string): readonly string[] => [survivor, ...ids.filter(id => id !== survivor)]

/** Fields that say different things come first: of the others nothing has to be decided. */
export function sorted(seen: Preview): { readonly different: readonly MergedField[], readonly same: readonly MergedField[] } {
  const says = (field: MergedField) => new Set(seen.records.map(side => JSON.stringify(side.record[field.name] ?? null))).size > 1
  return { different: seen.fields.filter(says), same: seen.fields.filter(field => !says(field)) }
}
