/** The audit trail as the server answers it (docs/rest.md 4). */
import type { Label, Page, Wire } from '../../kernel/api/types'

export interface AuditEvent {
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly actor: { readonly id: string | null, readonly name: string | null }
  readonly on_behalf_of: string | null
  readonly unit: string | null
  readonly channel: string | null
  readonly request_id: string | null
  readonly app: string | null
  readonly release: number | null
  readonly entity: string | null
  readonly record_id: string | null
  readonly record_title: string | null
  readonly record_version: number | null
  readonly body: { readonly [key: string]: Wire }
  readonly leaf: number | string | null
}

export type AuditPage = Page<AuditEvent>

export interface Verified {
  readonly passed: boolean
  readonly sealed: number
  readonly waiting: number
  readonly root: string | null
  readonly wrong: { readonly event_id: string | null, readonly leaf_index: number | null, readonly message: string } | null
}

export interface Person { readonly id: string, readonly username: string, readonly name: string, readonly unit: string | null }
/** A person who may, with the roles whose rules say so. */
export interface Entitled { readonly person: Person, readonly by: readonly { readonly role: string, readonly label: Label }[], readonly field?: FieldSeen }
/** Of which day an answer about the past is, and by which release; no release was live yet when it is null. */
export interface AsOf { readonly day: string, readonly release: number | null }
/** A rule of a role and whether it holds on the record; no rule is all records. */
export interface Reason { readonly role: string, readonly label: Label, readonly rule: string | null, readonly holds: boolean }
export interface FieldSeen { readonly field: string, readonly label: Label, readonly shows: 'clear' | 'masked' | 'nothing', readonly writes: boolean, readonly by: readonly string[] }
export interface Explained { readonly person: Person, readonly may: boolean, readonly roles: readonly string[], readonly reasons: readonly Reason[], readonly denied_by: readonly Reason[], readonly fields: readonly FieldSeen[], readonly as_of: AsOf | null }

export interface Change { readonly field: string, readonly before: Wire, readonly after: Wire }

const isMap = (value: Wire | undefined): value is { readonly [key: string]: Wire } => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The changes an event tells, whether as a map of fields or as a list. */
export function changesOf(body: AuditEvent['body']): readonly Change[] {
  const changes = body['changes']
  if (isMap(changes)) return Object.entries(changes).map(([field, change]) => (isMap(change) ? { field, before: change['before'] ?? null, after: change['after'] ?? null } : { field, before: null, after: change }))
  if (!Array.isArray(changes)) return []
  return (changes as readonly Wire[]).filter(isMap).map(change => ({ field: String(change['field'] ?? ''), before: change['before'] ?? null, after: change['after'] ?? null }))
}

/** What else an event tells. */
export const restOf = (body: AuditEvent['body']): readonly (readonly [string, Wire])[] => Object.entries(body).filter(([name]) => name !== 'changes')
