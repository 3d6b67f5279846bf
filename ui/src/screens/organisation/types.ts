/** People and units as administration answers them (docs/rest.md, administration). */
import type { Label, Wire } from '../../kernel/api/types'

export interface UnitName { readonly id: string, readonly code?: string, readonly name: string | null }
export interface Named { readonly id: string, readonly name: string, readonly unit?: string | null }

/** Somebody with what he holds now. */
export interface PersonRow {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly active: boolean
  readonly unit: UnitName | null
  readonly roles: readonly { readonly app: string, readonly role: string, readonly label: Label, readonly until: string | null }[]
  readonly posts: readonly { readonly post: string, readonly unit: UnitName }[]
  readonly groups: readonly string[]
}

export type HeldState = 'holds' | 'ahead' | 'over' | 'ended'

/** Who gave something and who took it away again. */
interface Given {
  readonly id: string
  readonly from: string | null
  readonly state: HeldState
  readonly reason: string | null
  readonly given_by: Named | null
  readonly given_at: string | null
  readonly ended_by: Named | null
  readonly ended_at: string | null
  readonly end_reason: string | null
}

/** A role from one moment up to, but not at, another. */
export interface Grant extends Given { readonly app: string, readonly role: string, readonly label: Label, readonly until: string | null }
/** A post from day to day, both included. */
export interface Post extends Given { readonly post: string, readonly unit: UnitName, readonly to: string | null }
export interface Membership extends Given { readonly group: string, readonly to: string | null }

export interface OrganisationEvent {
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly actor: { readonly id: string | null, readonly name: string | null }
  readonly channel: string | null
  readonly body: { readonly [key: string]: Wire }
}

export interface PersonPage {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly active: boolean
  readonly unit: UnitName | null
  readonly leads: readonly UnitName[]
  readonly limits: readonly { readonly app: string, readonly amount: string }[]
  readonly grants: readonly Grant[]
  readonly posts: readonly Post[]
  readonly groups: readonly Membership[]
  readonly history: readonly OrganisationEvent[]
  readonly can_change: boolean
}

export interface Unit {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly parent: string | null
  readonly region: string | null
  readonly department: boolean
  readonly leader: Named | null
  readonly people: number
  readonly depth: number
}

export interface RolesOfApp {
  readonly app: string
  readonly label: Label
  readonly roles: readonly { readonly role: string, readonly label: Label, readonly conflicts: readonly string[] }[]
}
