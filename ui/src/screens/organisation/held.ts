/** What a person holds on a day, and between which days, as people say it. */
import { DEFAULT_ZONE, clock, dayIn, instantOf } from '../../kernel/format/dates'
import { isDay } from '../../kernel/expr/dates'
import type { Grant, HeldState, Membership, Post, Unit } from './types'

/** What the tables show: what counts or will count, all there ever was, or what counted on a day. */
export type Shown = 'now' | 'all' | { readonly on: string }

const DAY = 86_400_000

/** The day after or before a day. */
export const dayBeside = (day: string, by: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + by * DAY).toISOString().slice(0, 10)

/** First and last day on which something counts, both included; null: always, for ever. */
export interface Period { readonly first: string | null, readonly last: string | null }

/**
 * The days of a role. Its end is the first moment at which it no longer counts: a midnight ends the day before.
 * The exact time is told beside the days where it is none.
 */
export function periodOfGrant(grant: Pick<Grant, 'from' | 'until'>, zone = DEFAULT_ZONE): Period & { readonly until: string | null } {
  const { from, until } = grant
  const midnight = until !== null && clock(until, zone) === '00:00'
  return {
    first: from && dayIn(from, zone),
    last: until && (midnight ? dayBeside(dayIn(until, zone), -1) : dayIn(until, zone)),
    until: until && !midnight ? until : null,
  }
}

type Held = Grant | Post | Membership

const periodOf = (held: Held): Period => ('until' in held ? periodOfGrant(held) : { first: held.from, last: held.to })

/** Whether something counted at some time of a day: given by then, begun, not over and not ended before. */
export function countedOn(held: Held, day: string, zone = DEFAULT_ZONE): boolean {
  const { first, last } = periodOf(held)
  // What was given without a first day counts from its giving on; rows of before that was kept count always.
  const begin = first ?? (held.given_at && dayIn(held.given_at, zone))
  if (begin && begin > day) return false
  if (last && last < day) return false
  return held.ended_at === null || dayIn(held.ended_at, zone) >= day
}

const OPEN: ReadonlySet<HeldState> = new Set(['holds', 'ahead'])

/** Of all there ever was, what a view shows. */
export function shownOf<T extends Held>(all: readonly T[], shown: Shown): readonly T[] {
  if (shown === 'all') return all
  if (shown === 'now') return all.filter(each => OPEN.has(each.state))
  return all.filter(each => countedOn(each, shown.on))
}

/** Whether it can be ended: it counts now, or will. */
export const isOpen = (held: { readonly state: HeldState }): boolean => OPEN.has(held.state)

export interface TypedDays { readonly from: string | null, readonly to: string | null }
export type DayFault = 'day' | 'order' | 'past'

/** What is wrong with two typed days, by the field; said before the server is asked. */
export function faultsOfDays(days: TypedDays, today: string): Readonly<Partial<Record<'from' | 'to', DayFault>>> {
  const { from, to } = days
  const found: Partial<Record<'from' | 'to', DayFault>> = {}
  if (from !== null && !isDay(from)) found.from = 'day'
  if (to !== null && !isDay(to)) found.to = 'day'
  else if (to !== null && to < today) found.to = 'past'
  else if (to !== null && from !== null && isDay(from) && to < from) found.to = 'order'
  return found
}

/** Two days as the moments of a role: from the running day on is from now on, and the last day counts to its end. */
export function momentsOf(days: TypedDays, today: string, zone = DEFAULT_ZONE): { readonly from?: string, readonly until?: string } {
  const from = days.from !== null && days.from > today ? instantOf(days.from, 0, 0, zone) : null
  const until = days.to === null ? null : instantOf(dayBeside(days.to, 1), 0, 0, zone)
  return { ...(from ? { from } : {}), ...(until ? { until } : {}) }
}

/** Who leads a person: the leader of his unit, of the unit above where that is himself or nobody. */
export function leaderOf(person: { readonly id: string, readonly unit: { readonly id: string } | null }, units: readonly Unit[]): { readonly leader: NonNullable<Unit['leader']>, readonly unit: Unit } | null {
  const byId = new Map(units.map(unit => [unit.id, unit]))
  for (let unit = byId.get(person.unit?.id ?? ''); unit; unit = byId.get(unit.parent ?? '')) {
    if (unit.leader && unit.leader.id !== person.id) return { leader: unit.leader, unit }
  }
  return null
}
