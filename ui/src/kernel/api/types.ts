/** The shapes of docs/rest.md as the browser reads them; the server's page is the contract, this file its mirror. */
import type { DashboardScreen, ReportScreen, SegmentScreen } from './insight'
import type { Pattern } from '../expr/patterns'
import type { Facts, Ir } from '../expr/types'

export type * from './insight'

export type Label = Readonly<Record<string, string>>
/** A value on the wire: decimals are strings, missing is null. */
export type Wire = string | number | boolean | null | readonly Wire[] | { readonly [key: string]: Wire }
export type Values = Readonly<Record<string, Wire>>

export interface RecordWire { readonly id: string, readonly version: number, readonly [field: string]: Wire }
export interface RecordView { readonly record: RecordWire, readonly etag: string | null }
export type Titles = Readonly<Record<string, string>>

export interface Page<T> { readonly items: readonly T[], readonly next: string | null, readonly count: number | null }

/** What the search through an app found of one entity. */
export interface FoundGroup {
  readonly entity: string
  readonly label: Label
  readonly records: readonly { readonly id: string, readonly title: string, readonly number: string | null }[]
  readonly more: boolean
}

export interface Person { readonly id: string, readonly name: string, readonly unit?: string | null }

export interface Me {
  readonly id: string
  readonly username: string
  readonly name: string
  readonly unit: { readonly id: string, readonly code: string, readonly name: string } | null
  readonly roles: Readonly<Record<string, readonly string[]>>
  readonly posts: readonly Label[]
  readonly platform_roles: readonly string[]
  readonly locale: string | null
  readonly business_date: string
  readonly demo: boolean
  readonly open_tasks: number
  readonly unread_notices: number
  /** Roles that are held in an emergency at this moment. */
  readonly emergencies: readonly { readonly id: string, readonly app: string, readonly label: Label, readonly until: string }[]
}

/** Something this person was told beside the to-do list. */
export interface Notice {
  readonly id: string
  readonly at: string
  readonly kind: string
  readonly app: string
  /** null where it is about a webhook, whose id then stands in record_id. */
  readonly entity: string | null
  readonly record_id: string
  readonly record_title: string
  readonly title: Label
  readonly task_id: string | null
  readonly actor: Person | null
  readonly detail: string | null
  readonly read: boolean
}
/** One rule of the register of proxies. */
export interface Proxy {
  readonly id: string
  readonly owner: Person | null
  readonly proxy: Person | null
  readonly from: string
  readonly to: string
  readonly app: string | null
  readonly workflow: Label | null
  readonly amount: string | null
  readonly reason: string | null
  readonly set_by: Person | null
  readonly ended_by: Person | null
  readonly ended_at: string | null
  readonly holds: boolean
}
export interface NoticePage { readonly items: readonly Notice[], readonly next: string | null, readonly unread: number }

export interface AppEntry { readonly app: string, readonly label: Label, readonly version: string }

export interface Choice { readonly code: string, readonly label: Label, readonly selectable?: boolean }

export interface FieldOptions {
  readonly scale?: number
  readonly min?: string | number
  readonly max?: string | number
  readonly percent?: boolean
  readonly currency?: string
  readonly lines?: number
  readonly pattern?: string
  readonly choices?: readonly Choice[]
  readonly ordered?: boolean
  readonly encrypted?: boolean
  readonly to?: string
  readonly to_columns?: readonly string[] | undefined
  /** The entities of a reference of several kinds. */
  readonly targets?: readonly { readonly to: string, readonly label: Label, readonly to_columns: readonly string[] }[]
  readonly of?: string
  /** Of files: kinds that are taken, megabytes of one, how many. */
  readonly accept?: readonly string[]
  readonly max_mb?: number
  readonly count?: number
}

export interface FieldScreen {
  readonly name: string
  readonly label: Label
  readonly type: string
  readonly widget: string
  readonly help?: Label | null
  readonly message?: Label | null
  readonly required: boolean
  readonly readable: 'clear' | 'masked'
  /** Where it is shown masked, it may be revealed, with a reason. */
  readonly reveal?: boolean
  readonly writable: boolean
  readonly searchable: boolean
  readonly sortable: boolean
  readonly options: FieldOptions
  readonly visible?: Ir | null
  readonly required_when?: Ir | null
  readonly read_only?: true | Ir | null
  readonly default?: Ir | null
  readonly check?: Ir | null
  readonly compute?: Ir | null
  readonly server_compute?: boolean
  /** What a text must look like, as an automaton, and what that is called. */
  readonly form?: readonly [check: string | null, start: number, end: number, reads: Pattern['reads'], free: Pattern['free']]
  readonly form_label?: Label | null
  readonly reads?: Readonly<Record<string, readonly string[]>>
  /** Where files of a field are sent for: in child rows it has the path of its rows. */
  readonly holder?: { readonly entity: string, readonly field: string }
}

export type Fields = Readonly<Record<string, FieldScreen>>

export interface RuleScreen {
  readonly name: string
  readonly when: Ir | null
  readonly check: Ir
  readonly message: Label
  readonly at: string | null
  readonly level: 'error' | 'warning'
}

export interface EntityScreen {
  readonly name: string
  readonly label: Label
  readonly title: string
  readonly can: { readonly create: boolean, readonly update: boolean, readonly delete: boolean, readonly merge?: boolean }
  /** How many records leave at once, and how many without another person; null when none do. */
  readonly export?: { readonly rows: number, readonly alone: number } | null
  readonly releases_exports?: boolean
  /** On which terms files come in: so many rows at once, and so many without another person; null when not at all. */
  readonly import?: { readonly rows: number, readonly alone: number } | null
  readonly releases_imports?: boolean
  readonly fields: Fields
  readonly rows: Readonly<Record<string, { readonly label: Label, readonly fields: Fields }>>
  readonly rules: readonly RuleScreen[]
  /** Fields that, when all agree, make two records the same thing twice. */
  readonly duplicates?: readonly { readonly fields: readonly string[], readonly then: 'warn' | 'block' }[]
  readonly workflow: { readonly name: string, readonly title: Label, readonly form: string | null, readonly can_start: boolean } | null
  readonly page: boolean
  readonly list: string | null
}

export interface ColumnScreen {
  readonly path: string
  readonly label: Label
  readonly type: string
  readonly widget: string
  readonly options: FieldOptions
  readonly sortable: boolean
  readonly masked: boolean
}

export interface ListScreen {
  readonly name: string
  readonly entity: string
  readonly label: Label
  /** The list's own condition; views and filters come on top of it. */
  readonly where: string | null
  readonly columns: readonly ColumnScreen[]
  readonly order: readonly string[]
  readonly search: readonly string[]
  readonly quick_filters: readonly string[]
  readonly page_size: number
  readonly card: { readonly title: string, readonly lines: readonly string[] } | null
  readonly views: readonly { readonly name: string, readonly label: Label, readonly where: string | null, readonly order: readonly string[] | null }[]
  readonly open_with: string | null
  /** How the records are laid out; a board has a column for each value of `group`, calendar and timeline go by `dates`. */
  readonly view: 'table' | 'board' | 'calendar' | 'timeline'
  readonly group: ColumnScreen | null
  readonly dates: readonly ColumnScreen[]
  /** What this person may do with selected rows; `assigns` is the field that an assignment fills in. */
  readonly bulk: readonly ('delete' | 'assign' | 'export')[]
  readonly assigns: string | null
}

export interface ItemScreen {
  readonly kind: 'field' | 'rows' | 'text' | 'button'
  readonly field?: string | null
  readonly name?: string | null
  readonly label?: Label | null
  readonly help?: Label | null
  readonly span: number
  readonly visible?: Ir | null
  readonly required_when?: Ir | null
  readonly read_only?: true | Ir | null
  readonly columns?: readonly string[]
  readonly totals?: readonly string[]
  readonly min?: number | null
  readonly max?: number | null
}

export interface BlockScreen {
  readonly kind: 'section' | 'tab' | 'page'
  readonly name: string
  readonly label: Label
  readonly columns: number
  readonly visible?: Ir | null
  readonly visible_text?: Label | null
  readonly items: readonly ItemScreen[]
  readonly blocks: readonly BlockScreen[]
}

export interface FormScreen {
  readonly name: string
  readonly entity: string
  readonly label: Label
  readonly actions: readonly string[]
  readonly layout: readonly BlockScreen[]
}

export type PanelScreen =
  | { readonly kind: 'related', readonly name: string, readonly label: Label, readonly entity: string, readonly by: string, readonly where: string | null, readonly columns: readonly ColumnScreen[], readonly order: readonly string[] }
  | { readonly kind: 'call', readonly name: string, readonly label: Label, readonly source: Label, readonly values: readonly { readonly name: string, readonly label: Label, readonly type: string }[] }

export interface PageScreen {
  readonly entity: string
  readonly label: Label
  readonly tags: readonly string[]
  readonly facts: readonly string[]
  readonly panels: readonly PanelScreen[]
  readonly actions: readonly { readonly label: Label, readonly form: string, readonly prefill: Readonly<Record<string, string>> }[]
}

export interface Screens {
  readonly app: string
  readonly label: Label
  readonly release: { readonly version: string, readonly checksum: string }
  readonly languages: readonly string[]
  readonly timezone: string
  readonly currency: string
  readonly menu: readonly { readonly kind: 'list' | 'report' | 'dashboard', readonly name: string, readonly label: Label }[]
  readonly entities: Readonly<Record<string, EntityScreen>>
  readonly lists: Readonly<Record<string, ListScreen>>
  readonly forms: Readonly<Record<string, FormScreen>>
  readonly pages: Readonly<Record<string, PageScreen>>
  readonly reports: Readonly<Record<string, ReportScreen>>
  /** The parts of the bank's tables that the forms compute with. */
  readonly tables?: Pick<Facts, 'calendar' | 'rates'>
  /** The app's parameters that forms read, as they are for this person today. */
  readonly param?: Values
  /** Whether this person changes parameters or tables at run time. */
  readonly maintains?: boolean
  /** The segments that this person may look into, with the list that shows their members. */
  readonly segments?: readonly SegmentScreen[]
  /** The entities of whose records this person may print pages. */
  readonly prints?: readonly string[]
  readonly dashboards?: Readonly<Record<string, DashboardScreen>>
}

export interface HistoryEntry {
  readonly at: string
  readonly actor: Person | null
  readonly kind: string
  readonly version: number | null
  readonly changes: readonly { readonly field: string, readonly label: Label, readonly before: Wire, readonly after: Wire }[]
  readonly reason?: string | null
  readonly decision?: string | null
  /** The entity at which it happened, of a field that stood there before it moved here. */
  readonly moved_from?: Label
}

export interface PanelAnswer {
  readonly state: 'live' | 'cached' | 'stale' | 'missing' | 'none'
  readonly as_of: string | null
  readonly source: Label
  readonly reason?: string | null
  readonly values: Values
}

export interface ApiToken { readonly id: string, readonly label: string, readonly created_at?: string, readonly expires_at: string | null, readonly last_used_at?: string | null }
export interface NewApiToken { readonly id: string, readonly token: string, readonly label: string, readonly expires_at: string | null }
