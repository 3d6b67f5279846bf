/** What the builder's server part sends and takes (docs/rest.md 6). */

import type { Label, Person } from '../../kernel/api/types'

export type KindName = 'entity' | 'form' | 'workflow' | 'rule' | 'report' | 'role' | 'connector'

export interface Diagnostic {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'hint'
  readonly message: string
  readonly hint: string | null
  readonly file: string
  readonly line: number
  readonly column: number
  readonly end_line: number
  readonly end_column: number
  readonly pointer: string
}

export interface DraftAnswer {
  readonly base: number | null
  readonly checksum: string
  readonly files: Readonly<Record<string, string>>
  readonly checksums: Readonly<Record<string, string>>
  readonly diagnostics: readonly Diagnostic[]
  readonly changed: readonly string[]
}

export interface SavedFile {
  /** null for a file that was removed. */
  readonly checksum: string | null
  readonly draft_checksum: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface ChangeEntry {
  readonly kind: KindName
  readonly thing: string
  readonly label: Label
  readonly words: Label
  readonly flag: 'widened' | 'destructive' | null
  readonly file: string
  readonly by?: Person | null
  readonly at?: string | null
}

export interface PublishStep {
  readonly phase: 'expand' | 'backfill' | 'contract'
  readonly sql: string
  readonly because: Label
  readonly lock: string | null
  readonly rewrite: boolean
  readonly reverse: string | null
}

/** So many people, and the fewest and the most records that one of them gains or loses. */
export interface Reach { readonly people: number, readonly least: number, readonly most: number }

type Level = 'none' | 'masked' | 'read' | 'write'

/** What a plan changes for the people of some roles with an entity. */
export interface AccessEffect {
  readonly entity: string
  readonly label: Label
  readonly roles: readonly { readonly name: string, readonly label: Label }[]
  readonly people: number
  readonly rows: readonly {
    readonly action: 'read' | 'update' | 'delete' | 'create'
    readonly gain: Reach | null
    readonly lose: Reach | null
    readonly not_counted: { readonly people: number, readonly because: 'too_many' | 'took_too_long' | 'not_there_yet' } | null
  }[]
  readonly fields: readonly { readonly field: string, readonly label: Label, readonly before: Level, readonly after: Level }[]
}

export interface PublishPlan {
  readonly from: number | null
  readonly to: number
  readonly checksum: string
  readonly changes: readonly ChangeEntry[]
  readonly files: readonly { readonly path: string, readonly before: string | null, readonly after: string | null }[]
  readonly steps: readonly PublishStep[]
  readonly misfits: readonly { readonly entity: string, readonly field: string, readonly count: number, readonly samples: readonly string[] }[]
  readonly running: readonly { readonly workflow: string, readonly step: string, readonly count: number, readonly title: Label, readonly step_title: Label }[]
  readonly diagnostics: readonly Diagnostic[]
  readonly blocked: boolean
  /** Null where nothing can be said: before the first release, with errors, after the decision. */
  readonly effect: readonly AccessEffect[] | null
}

export interface AppHomeAnswer {
  readonly app: string
  readonly label: Label
  readonly live: { readonly version: string, readonly release: number, readonly published_at: string, readonly published_by: Person | null } | null
  readonly draft: { readonly changes: number } | null
  readonly kinds: readonly { readonly kind: KindName, readonly mark: string, readonly label: Label, readonly count: number, readonly changes: number, readonly errors: number, readonly warnings: number }[]
  readonly map: {
    readonly nodes: readonly { readonly name: string, readonly label: Label, readonly fields: number, readonly external: boolean }[]
    readonly edges: readonly { readonly from: string, readonly to: string, readonly field: string, readonly label: Label }[]
  }
  readonly changes: readonly ChangeEntry[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface AppEntry {
  readonly app: string
  readonly label: Label
  readonly live: AppHomeAnswer['live']
  readonly draft: AppHomeAnswer['draft']
}

/** A unit of the bank, as far as a pilot names it. */
export interface UnitName { readonly id: string, readonly code: string, readonly name: string }

export interface Review {
  readonly id: string
  readonly app: string
  readonly state: 'open' | 'approved' | 'returned' | 'outdated' | 'withdrawn' | 'scheduled' | 'cancelled' | 'not_started'
  readonly base: number | null
  readonly to: number
  readonly version: string
  readonly checksum: string
  readonly plan_checksum: string
  readonly note: string | null
  readonly author: Person
  readonly created_at: string
  readonly decided_by: Person | null
  readonly decided_at: string | null
  readonly decision_note: string | null
  readonly can: readonly ('approve' | 'return' | 'withdraw' | 'cancel' | 'late')[]
  readonly units: readonly UnitName[]
  /** When it is to be published; null for at once when it is approved. */
  readonly publish_at: string | null
  readonly failure: { readonly code: string, readonly message: Label } | null
  readonly origin: Origin | null
}

interface Signer { readonly username: string, readonly name: string }

/** Where a release came from, other than from the draft. */
export type Origin =
  | { readonly kind: 'direct', readonly reason: string, readonly by: string }
  | {
    readonly kind: 'promotion'
    readonly source: string
    readonly key: string
    readonly cautions: readonly Label[]
    readonly statement: {
      readonly environment: { readonly kind: 'development' | 'test' | 'production', readonly name: string | null }
      readonly release: number
      readonly version: string
      readonly digest: string
      readonly author: Signer | null
      readonly editors: readonly Signer[]
      readonly approver: Signer | null
      readonly note: string | null
      readonly decision_note: string | null
      readonly published_at: string
      readonly cases: { readonly passed: number, readonly failed: number, readonly not_run: number }
    }
  }

export interface ReviewWithPlan extends Review { readonly plan: PublishPlan, readonly plan_changed: boolean }

export interface ReleaseEntry {
  readonly release: number
  readonly version: string
  readonly checksum: string
  readonly state: 'applying' | 'active' | 'pilot' | 'superseded' | 'failed'
  readonly units: readonly UnitName[]
  readonly based_on: number | null
  readonly author: Person | null
  readonly approver: Person | null
  readonly note: string | null
  readonly created_at: string
  readonly activated_at: string | null
  readonly piloted_at: string | null
  readonly origin: Origin | null
}

export interface Catalog {
  readonly field_types: readonly { readonly name: string, readonly label: Label, readonly widget: string, readonly icon: string, readonly option_keys: readonly string[] }[]
  readonly blocks: readonly string[]
  readonly items: readonly string[]
  readonly kinds: readonly { readonly kind: KindName, readonly mark: string, readonly color: string, readonly label: Label, readonly folders: readonly string[] }[]
  readonly functions: readonly { readonly name: string, readonly label: Label, readonly signature: string }[]
  readonly schemas: Readonly<Record<string, unknown>>
}
