/** What the server tells of things that people maintain (docs/rest.md 2b). */
import type { Label, Person } from '../../kernel/api/types'
import type { Column, TableRow } from './rows'

export type Kind = 'parameter' | 'decision'

export interface Change {
  readonly id: string
  readonly state: 'open' | 'released' | 'returned' | 'withdrawn'
  readonly body: { readonly rows?: readonly TableRow[], readonly value?: string, readonly valid_from?: string, readonly unit?: string | null }
  readonly note: string | null
  readonly proposed_by: Person | null
  readonly proposed_at: string
  readonly decided_by: Person | null
  readonly decided_at: string | null
  readonly decision_note: string | null
  readonly can: readonly ('release' | 'return' | 'withdraw')[]
}

interface Thing { readonly name: string, readonly label: Label, readonly open: Change | null, readonly changes: readonly Change[] }
export interface TableThing extends Thing { readonly kind: 'decision', readonly hit: string, readonly inputs: readonly Column[], readonly outputs: readonly Column[], readonly rows: readonly TableRow[], readonly is_shipped: boolean }
export interface ParameterThing extends Thing {
  readonly kind: 'parameter'
  readonly type: string
  readonly by: readonly string[]
  readonly shipped: string
  readonly value: string | null
  readonly values: readonly { readonly value: string | null, readonly valid_from: string, readonly unit: string | null }[]
}
export interface Entry { readonly kind: Kind, readonly name: string, readonly label: Label, readonly open: Change | null }

export const keyOf = (app: string, ...more: readonly string[]) => ['maintained', app, ...more] as const
