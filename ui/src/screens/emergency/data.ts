/** Roles that are taken in an emergency, as the server answers them (docs/rest.md 4). */
import { get, path, post } from '../../kernel/api/client'
import type { Label, Person } from '../../kernel/api/types'

export interface Offer { readonly app: string, readonly role: string, readonly label: Label, readonly app_label: Label, readonly hours: number, readonly reviewed_by: Label }
export interface Act { readonly at: string, readonly kind: string, readonly entity: string | null, readonly record_id: string | null, readonly path: string | null }
export interface Use {
  readonly id: string
  readonly app: string
  readonly role: string
  readonly label: Label
  readonly person: Person | null
  readonly reason: string
  readonly taken_at: string
  readonly until: string
  readonly holds: boolean
  readonly state: 'open' | 'justified' | 'unjustified'
  readonly reviewed_by_role: Label
  readonly reviewed_by: Person | null
  readonly reviewed_at: string | null
  readonly opinion: string | null
  readonly can: readonly ('end' | 'review')[]
}
export interface UseWithActs extends Use { readonly acts: readonly Act[] }
export interface Emergencies { readonly offers: readonly Offer[], readonly items: readonly Use[] }

export const KEY = ['break-glass'] as const
const BASE = '/api/break-glass'

export const emergencies = (signal: AbortSignal): Promise<Emergencies> => get<Emergencies>(BASE, { signal })
export const oneUse = (id: string, signal: AbortSignal): Promise<UseWithActs> => get<UseWithActs>(path('api', 'break-glass', id), { signal })
export const takeRole = (offer: Offer, hours: number, reason: string, key: string): Promise<Use> => post<Use>(BASE, { body: { app: offer.app, role: offer.role, hours, reason }, key })
export const endUse = (id: string): Promise<Use> => post<Use>(path('api', 'break-glass', id, 'end'), { body: {} })
export const reviewUse = (id: string, verdict: 'justified' | 'unjustified', opinion: string): Promise<Use> => post<Use>(path('api', 'break-glass', id, 'review'), { body: { verdict, opinion } })
