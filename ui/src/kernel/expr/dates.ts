/** Days without a zone, as ISO text of fixed width; arithmetic on day numbers (docs/expressions.md 4.3). */
import type { Facts } from './types'

const FIRST = dayNumber(1, 1, 1), LAST = dayNumber(9999, 12, 31)

export interface Day { readonly year: number, readonly month: number, readonly day: number }

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
export const lengthOf = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** Days since 1970-01-01 in the Gregorian calendar, also before it was invented. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400), ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

const text = ({ year, month, day }: Day): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`

/** The day of a number, or null outside 0001 … 9999. */
export function fromNumber(number: number): string | null {
  if (number < FIRST || number > LAST) return null
  const z = number + 719_468
  const era = Math.floor(z / 146_097), ofEra = z - era * 146_097
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * ofYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return text({ year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: ofYear - Math.floor((153 * shifted + 2) / 5) + 1 })
}

/** The parts of an ISO day. */
export const parts = (iso: string): Day => ({ year: Number(iso.slice(0, 4)), month: Number(iso.slice(5, 7)), day: Number(iso.slice(8, 10)) })
export function toNumber(iso: string): number {
  const { year, month, day } = parts(iso)
  return dayNumber(year, month, day)
}

/** A day from its parts, or null when there is no such day. */
export const make = (year: number, month: number, day: number): string | null =>
  year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= lengthOf(year, month) ? text({ year, month, day }) : null

/** Whether a text is an ISO day that exists. */
export function isDay(raw: unknown): raw is string {
  if (typeof raw !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(raw)) return false
  const { year, month, day } = parts(raw)
  return make(year, month, day) !== null
}

export const isInstant = (raw: unknown): raw is string => typeof raw === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(raw) && isDay(raw.slice(0, 10))

export const monthEnd = (iso: string): string => {
  const { year, month } = parts(iso)
  return text({ year, month, day: lengthOf(year, month) })
}

/** The same day `count` months later, at most the last day of that month. */
export function addMonths(iso: string, count: number): string | null {
  const { year, month, day } = parts(iso)
  const months = year * 12 + month - 1 + count
  const y = Math.floor(months / 12), m = months - y * 12 + 1
  return y < 1 || y > 9999 ? null : text({ year: y, month: m, day: Math.min(day, lengthOf(y, m)) })
}

/** Full months from a to b; negative when b is before a. */
export function monthsBetween(a: string, b: string): number {
  if (b < a) return -monthsBetween(b, a)
  const from = parts(a), to = parts(b)
  const months = (to.year - from.year) * 12 + to.month - from.month
  const reached = addMonths(a, months)
  return reached !== null && reached <= b ? months : months - 1
}

/** Monday is 1, Sunday 7. 1970-01-01 was a Thursday. */
export const weekday = (iso: string): number => ((((toNumber(iso) + 3) % 7) + 7) % 7) + 1

/** The day of an instant in a time zone. */
export function dayOf(instant: string, timezone: string): string | null {
  const found = new Map(
    new Intl.DateTimeFormat('en-US', { timeZone: timezone, calendar: 'iso8601', numberingSystem: 'latn', year: 'numeric', month: '2-digit', day: '2-digit' })
      .formatToParts(new Date(instant)).map(part => [part.type, Number(part.value)]),
  )
  return make(found.get('year') ?? 0, found.get('month') ?? 0, found.get('day') ?? 0)
}

type Calendar = Facts['calendar']

/** What is asked lies outside of the part of a table that this page has: only the server can tell. */
export class Beyond extends Error {}

/** Outside of the table nothing is known; outside of a part of it the server knows. */
function unknown(calendar: NonNullable<Calendar>): null {
  if (calendar.cut) throw new Beyond()
  return null
}

/** The place of a day among the business days, or null outside of them. */
function placeOf(iso: string, calendar: Calendar): number | null {
  if (!calendar) return null
  const place = toNumber(iso) - toNumber(calendar.first)
  return place >= 0 && place < calendar.days.length ? place : unknown(calendar)
}

export function isBusinessDay(iso: string, calendar: Calendar): boolean | null {
  const place = placeOf(iso, calendar)
  return place === null ? null : calendar?.days[place] === '1'
}

/** The `count`-th business day after a day, before it when negative; the day itself for 0. */
export function addBusinessDays(iso: string, count: number, calendar: Calendar): string | null {
  let place = placeOf(iso, calendar)
  if (place === null || !calendar) return null
  const step = Math.sign(count)
  for (let left = Math.abs(count); left > 0 && place >= 0 && place < calendar.days.length;) {
    place += step
    if (calendar.days[place] === '1') left -= 1
  }
  return place >= 0 && place < calendar.days.length ? fromNumber(toNumber(calendar.first) + place) : unknown(calendar)
}

/** Business days after a up to b; negative when b is earlier. */
export function businessDaysBetween(a: string, b: string, calendar: Calendar): number | null {
  const from = placeOf(a, calendar), to = placeOf(b, calendar)
  if (from === null || to === null || !calendar) return null
  const count = calendar.days.slice(Math.min(from, to) + 1, Math.max(from, to) + 1).replaceAll('0', '').length
  return from <= to ? count : -count
}
