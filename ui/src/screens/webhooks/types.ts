/** Webhooks as `/api/admin/webhooks` shows them (docs/webhooks.md). */
import type { Label, Person } from '../../kernel/api/types'

export interface Delivery {
  readonly id: string
  readonly at: string
  readonly type: string
  readonly event_id: string | null
  readonly place: number | null
  readonly attempt: number
  readonly delivered: boolean
  readonly status: number | null
  readonly fault: string | null
  readonly milliseconds: number
  readonly answer: string | null
}

/** Each change of a record, or who has what to do about it. */
export type Tells = 'records' | 'tasks'

export interface Webhook {
  readonly id: string
  readonly app: string
  readonly label: string
  readonly url: string
  readonly entities: readonly string[]
  readonly tells: Tells
  readonly principal: Person | null
  readonly state: 'active' | 'stopped'
  readonly stop_reason: string | null
  readonly stopped_at: string | null
  readonly place: number
  readonly behind: number
  readonly failures: number
  readonly failing_since: string | null
  readonly next_try: string | null
  readonly previous_secret_until: string | null
  readonly last: Delivery | null
}

export interface WithSecret extends Webhook { readonly secret: string }

export interface Choices {
  readonly apps: readonly { readonly app: string, readonly label: Label, readonly entities: readonly { readonly name: string, readonly label: Label }[] }[]
  readonly people: readonly (Person & { readonly username: string })[]
  readonly hosts: readonly string[]
}
