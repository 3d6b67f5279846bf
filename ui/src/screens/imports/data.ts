/** Imports as the server keeps them, and the acts on them. */
import { call, fetchFile, get, path, post } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { FieldScreen, Label, Titles, Wire } from '../../kernel/api/types'
import { save } from '../exports/data'

interface Person { readonly id: string, readonly name: string, readonly unit: string | null }
export type Act = 'release' | 'refuse' | 'write' | 'cancel' | 'undo'
export type State = 'staged' | 'checked' | 'released' | 'refused' | 'cancelled' | 'writing' | 'stopped' | 'written' | 'undoing' | 'undone' | 'failed'
export interface Counts { readonly rows: number, readonly created: number, readonly changed: number, readonly unchanged: number, readonly rejected: number }
export interface Import {
  readonly id: string
  readonly file: { readonly name: string, readonly sha256: string, readonly size: number, readonly kind: 'csv' | 'xlsx', readonly encoding: string | null, readonly bom: boolean, readonly key: string | null }
  readonly note: string | null
  readonly state: State
  readonly started_by: Person | null
  readonly started_at: string
  readonly checked: Counts | null
  readonly counts: Counts
  readonly progress: { readonly rows: number, readonly of: number | null }
  readonly released_by: readonly Label[]
  readonly decided_by: Person | null
  readonly decided_at: string | null
  readonly decision_note: string | null
  readonly error: Label | null
  readonly ended_at: string | null
  readonly undone: number
  readonly left: number
  readonly earlier: string | null
  readonly can: readonly Act[]
}
export interface PreviewRow { readonly row: number, readonly act: 'created' | 'changed' | 'unchanged' | 'rejected', readonly values: Readonly<Record<string, Wire>>, readonly before: Readonly<Record<string, Wire>>, readonly _titles: Titles, readonly _titles_before: Titles, readonly reasons?: readonly Reason[] }
/** Why a row does not go in, in the reader's language. */
export interface Reason { readonly column: string | null, readonly value: string | null, readonly code: string, readonly reason: string }
/** Column of a file → the field that it is; nothing for a column that is left out. */
export type Assigned = Readonly<Record<string, string>>
export interface Preview { readonly rows: readonly PreviewRow[], readonly fields: Readonly<Record<string, Label>> }
export interface Left { readonly row: number, readonly id: string | null, readonly fields: readonly string[], readonly reason: Label }

/** States in which the worker has it: it is looked at again after a moment. */
const BUSY: ReadonlySet<State> = new Set(['staged', 'writing', 'undoing'])
export const isBusy = (batch: Import | undefined): boolean => batch !== undefined && BUSY.has(batch.state)

/** The four steps of an import, and which of them a batch is at. */
export const STEPS = ['step_file', 'step_check', 'step_write', 'step_result'] as const
export function stepOf(state: State | null): number {
  switch (state) {
    case null: return 0
    case 'staged': case 'checked': case 'failed': return 1
    case 'released': case 'writing': case 'stopped': case 'refused': case 'cancelled': return 2
    case 'written': case 'undoing': case 'undone': return 3
  }
}

/** How far it is, in hundredths; null while nobody knows. */
export function doneOf(batch: Import): number | null {
  if (batch.state === 'undoing') {
    const all = batch.counts.created + batch.counts.changed
    return all === 0 ? null : Math.floor(100 * (batch.undone + batch.left) / all)
  }
  const { rows, of } = batch.progress
  return of === null ? null : of === 0 ? 100 : Math.floor(100 * rows / of)
}

/** The columns of which the server does not know which fields they are. */
export function unknownColumns(error: unknown): readonly string[] {
  if (!(error instanceof Refusal) || error.code !== 'D105') return []
  return error.faults.flatMap(fault => (fault.parameter === undefined ? [] : [fault.parameter]))
}

const bare = (text: string) => text.toLowerCase().replace(/[\s_\-./（）()：:*]/g, '')

/** The field that a column may be, by a name or label that is a part of the column's or holds it; nothing where none is alike. */
export function suggestField(column: string, fields: readonly FieldScreen[]): string {
  const wanted = bare(column)
  const alike = (test: (called: string) => boolean) => fields.find(field => [field.name, ...Object.values(field.label)].some(called => called && test(bare(called))))
  return (alike(called => called === wanted) ?? alike(called => called.includes(wanted) || wanted.includes(called)))?.name ?? ''
}

const place = (app: string, entity: string, ...rest: readonly string[]) => path('api', 'apps', app, entity, 'imports', ...rest)

export const stage = async (app: string, entity: string, file: File, note: string, release: boolean, assigned: Assigned): Promise<Import> => {
  const map = Object.entries(assigned).map(([column, field]) => `${column}=${field}`)
  return (await call<Import>('POST', place(app, entity), { query: { name: file.name, note, release: release || null, map }, body: file })).data
}
export const oneOf = (app: string, entity: string, id: string, signal: AbortSignal) => get<Import>(place(app, entity, id), { signal })
export const previewOf = (app: string, entity: string, id: string, signal: AbortSignal) => get<Preview>(place(app, entity, id, 'preview'), { signal })
export const leftOf = (app: string, entity: string, id: string, cursor: string | null, signal: AbortSignal) =>
  get<{ readonly items: readonly Left[], readonly next: string | null }>(place(app, entity, id, 'left'), { query: { cursor }, signal })
export const listOf = (app: string, entity: string, signal: AbortSignal) => get<{ readonly items: readonly Import[] }>(place(app, entity), { signal })
export const doAct = (app: string, entity: string, id: string, act: Act, note: string, key: string) => post<Import>(place(app, entity, id, act), { body: { note }, key })
export const takeReasons = async (app: string, entity: string, id: string, format: 'csv' | 'xlsx'): Promise<void> =>
  save(await fetchFile(place(app, entity, id, 'errors'), { query: { format } }))
