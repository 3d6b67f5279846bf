/** Approvals and to-do lists on the wire (docs/rest.md 2 and 3). */
import type { Label, Person, RecordWire, Wire } from './types'

export interface ProcessStep {
  readonly step: string
  readonly title: Label
  readonly since: string
  readonly due_at: string | null
  readonly people: readonly Person[]
  readonly unit: string | null
  readonly held_reason: string | null
}

export interface TrailEntry {
  readonly at: string
  readonly kind: string
  readonly step: string
  readonly title: Label | null
  readonly actor: Person | null
  readonly on_behalf_of: Person | null
  readonly post: Label | null
  readonly opinion: string | null
  readonly detail: string | null
}

/** 自选: for which step somebody chooses people, how many, and out of whom. */
export interface PeopleChoice {
  readonly step: string
  readonly title: Label
  readonly at_least: number
  readonly at_most: number | null
  readonly people: readonly Person[]
  readonly chosen: readonly string[]
}

/** A record that a sub-flow is about, for whom may open it. */
export interface SubFlowRecord { readonly app: string, readonly entity: string, readonly id: string, readonly title: string }

export interface SubFlowRun {
  readonly id: string
  readonly step: string
  readonly title: Label | null
  readonly state: 'starting' | 'failed' | 'running' | 'approved' | 'rejected' | 'stopped' | 'stopping' | 'held'
  readonly record: SubFlowRecord | null
  /** Whether it is about the same record, so that it has no page of its own. */
  readonly here: boolean
  readonly at: readonly Label[]
}
export interface OtherProcess { readonly id: string, readonly title: Label, readonly state: 'running' | 'approved' | 'rejected' | 'stopped' | 'held', readonly ended_at: string | null }

export interface Process {
  readonly id: string
  readonly workflow: string
  readonly title: Label
  readonly state: 'running' | 'approved' | 'rejected' | 'stopped' | 'held' | 'suspended'
  readonly started_by: Person
  readonly started_at: string
  readonly ended_at: string | null
  readonly at: readonly ProcessStep[]
  readonly trail: readonly TrailEntry[]
  readonly can: readonly string[]
  /** Who has not yet said that he has read a copy that he must read. */
  readonly to_read: readonly Person[]
  /** 子流程: the runs of other workflows that it began, and the approval that began it. */
  readonly children?: readonly SubFlowRun[]
  readonly parent?: { readonly id: string, readonly title: Label, readonly record: SubFlowRecord | null } | null
  /** For who may start it: the reversal of this completed approval, until when, and why not now. */
  readonly reversal?: { readonly workflow: string, readonly title: Label, readonly until: string | null, readonly refused: string | null } | null
  /** The approval that this one takes back, and the ones that take this one back. */
  readonly reverses?: OtherProcess | null
  readonly reversed_by?: readonly OtherProcess[]
  /** Calls of which nobody knows how they ended. */
  readonly unsettled?: readonly { readonly step: string, readonly title: Label | null }[]
  /** Steps that are held for want of people whom this person chooses. */
  readonly choose?: readonly PeopleChoice[]
  /** For administrators: where the flow may be put, and the jump that waits for a second one. */
  readonly jump?: { readonly to: readonly { readonly step: string, readonly title: Label }[], readonly asked: { readonly step: string, readonly by: Person | null } | null } | null
}

export interface Task {
  readonly id: string
  readonly app: string
  readonly kind: 'seat' | 'request' | 'copy' | 'work_item'
  readonly workflow: string | null
  readonly step: string
  readonly title: Label
  readonly text: Label | null
  readonly entity: string
  readonly record_id: string
  readonly record_title: string
  readonly entity_label: Label
  readonly amount: string | null
  readonly currency: string | null
  readonly unit: string | null
  readonly started_by: Person | null
  readonly created_at: string
  readonly due_at: string | null
  readonly four_eyes: boolean
  readonly state: 'open' | 'done' | 'cancelled'
  readonly result: string | null
  readonly claimed_by: Person | null
  readonly on_behalf_of: Person | null
  /** A copy that its reader has to confirm, and has not yet. */
  readonly must_read: boolean
}

/** How much stands in the list of somebody; a unit without a name is work that was started in none. */
export interface TaskCounts {
  readonly open: number
  readonly overdue: number
  readonly units: readonly { readonly id: string | null, readonly name: string | null, readonly open: number, readonly overdue: number }[]
}

export interface TaskDetail extends Task {
  readonly decisions: readonly string[]
  /** Whom this person chooses with his decision. */
  readonly choose?: readonly PeopleChoice[]
  readonly opinion_required: readonly string[]
  readonly return_to: readonly { readonly step: string, readonly title: Label }[]
  readonly form: string | null
  readonly fields: { readonly write: readonly string[], readonly hide: readonly string[], readonly require?: readonly string[] }
  readonly record: RecordWire
  readonly process: Process | null
  readonly changed_fields: Readonly<Record<string, Wire>>
  /** Whether this person may open the record, and which of its references. */
  readonly opens: boolean
  readonly opens_fields: readonly string[]
  /** Of a seat: what may be done with it beside deciding it, whether a decision needs the password, who was added and asked. */
  readonly acts?: readonly string[]
  readonly signature?: boolean
  readonly added?: readonly AddedSeat[]
  readonly requests?: readonly OpinionRequest[]
}

export interface AddedSeat {
  readonly seat: number
  readonly person: Person | null
  readonly by: Person | null
  readonly mode: 'before' | 'after' | 'together'
  readonly state: string
  readonly removable: boolean
}

export interface OpinionRequest {
  readonly request: number
  readonly kind: 'opinion' | 'delegate'
  readonly person: Person | null
  readonly by: Person | null
  readonly note: string | null
  readonly state: 'open' | 'answered' | 'withdrawn' | 'cancelled'
  readonly opinion: string | null
  readonly waits: boolean
  readonly withdrawable: boolean
}

export interface Decided { readonly task: Task, readonly process: Process | null, readonly undo_until?: string | null }

export interface TrialStep {
  readonly step: string
  readonly title: Label
  readonly kind: string
  readonly people: readonly Person[]
  readonly because: string | null
  readonly left_out: readonly { readonly person: Person, readonly because: string }[]
  readonly due_at: string | null
  /** The rows of the authority table that lead here, and what they say. */
  readonly authority?: { readonly table: Label, readonly rows: readonly string[], readonly value: string | null } | null
  readonly stuck: string | null
  /** Of a step whose people the starter chooses: out of whom. */
  readonly choose?: PeopleChoice | null
}
/** `choose`: what the starter must choose for steps behind the one where it is stuck. */
export interface Trial { readonly steps: readonly TrialStep[], readonly ends: 'approved' | 'stuck', readonly choose?: readonly PeopleChoice[] }
