/** Running approvals by release, and what becomes of them in another one. */
import type { Label } from '../../kernel/api/types'

export interface Step { readonly step: string, readonly title: Label }
export interface Offer {
  readonly app: string
  readonly app_label: Label
  readonly workflow: string
  readonly title: Label
  readonly running: readonly { readonly release: number, readonly running: number }[]
  readonly to: readonly number[]
  readonly steps: readonly Step[]
  readonly new_steps: readonly Step[]
}
export interface Group {
  readonly from: number
  readonly count: number
  readonly refused: readonly string[]
  readonly open: readonly { readonly step: string, readonly title: string, readonly to: string, readonly to_title: string, readonly kept: boolean }[]
  readonly left: readonly string[]
  readonly passed_over: readonly string[]
  readonly records: readonly { readonly id: string, readonly title: string }[]
}
export interface Told { readonly dry_run: boolean, readonly fitting: number, readonly refused: number, readonly groups: readonly Group[], readonly next: string | null }

/** What is wanted of the server: only what is named otherwise, and where people are asked anew. */
export interface Wish { readonly to: number, readonly map: Readonly<Record<string, string>>, readonly anew: readonly string[] }
export const bodyOf = (wish: Wish): Readonly<Record<string, unknown>> => ({
  to: wish.to,
  map: Object.fromEntries(Object.entries(wish.map).filter(([, name]) => name !== '')),
  ask_anew: wish.anew,
})

/** The step of the new release that an old one becomes without a word: the one of its name, else nothing. */
export const becomes = (offer: Offer, step: string): string => (offer.new_steps.some(each => each.step === step) ? step : '')
