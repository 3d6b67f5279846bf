/** Days and instants as people read them. A day has no zone; an instant is shown in the zone of the app. */
import type { Locale } from '../i18n/catalogue'
import { isDay, make } from '../expr/dates'

const TAGS: Readonly<Record<Locale, string>> = { zh: 'zh-CN', en: 'en-GB' }
export const DEFAULT_ZONE = 'Asia/Shanghai'

/** A day: 2026-11-24 in Chinese, 24 Nov 2026 in English. */
export function showDay(iso: string, locale: Locale): string {
  if (!isDay(iso) || locale === 'zh') return iso
  return new Intl.DateTimeFormat(TAGS.en, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${iso}T00:00:00Z`))
}

function zoned(instant: string, zone: string): Readonly<Record<string, string>> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  })
  return Object.fromEntries(format.formatToParts(new Date(instant)).map(part => [part.type, part.value]))
}

/** The day of an instant, as ISO text. */
export function dayIn(instant: string, zone = DEFAULT_ZONE): string {
  const part = zoned(instant, zone)
  return `${part['year']}-${part['month']}-${part['day']}`
}

export const clock = (instant: string, zone = DEFAULT_ZONE): string => {
  const part = zoned(instant, zone)
  return `${part['hour']}:${part['minute']}`
}

/** An instant: day and minute, the year left out when it is that of `now`. */
export function showInstant(instant: string, locale: Locale, now: Date = new Date(), zone = DEFAULT_ZONE): string {
  const day = dayIn(instant, zone), thisYear = day.slice(0, 4) === dayIn(now.toISOString(), zone).slice(0, 4)
  if (locale === 'en') {
    const text = showDay(day, 'en')
    return `${thisYear ? text.replace(/ \d{4}$/, '') : text}, ${clock(instant, zone)}`
  }
  return `${thisYear ? day.slice(5) : day} ${clock(instant, zone)}`
}

/** Eight digits or an ISO day as typed; null while it is no day yet. */
export function parseDay(typed: string): string | null {
  const digits = typed.replaceAll(/[^0-9０-９]/g, '').replaceAll(/[０-９]/g, each => String(each.charCodeAt(0) - 0xff10))
  if (digits.length !== 8) return null
  return make(Number(digits.slice(0, 4)), Number(digits.slice(4, 6)), Number(digits.slice(6)))
}

export interface Left { readonly late: boolean, readonly soon: boolean, readonly today: boolean, readonly minutes: number }

/** How long there is until a deadline: late, within two hours, or later today. */
export function timeLeft(due: string, now: Date = new Date(), zone = DEFAULT_ZONE): Left {
  const minutes = Math.round((Date.parse(due) - now.getTime()) / 60_000)
  return { late: minutes < 0, soon: minutes >= 0 && minutes < 120, today: dayIn(due, zone) === dayIn(now.toISOString(), zone), minutes: Math.abs(minutes) }
}

/** The instant of a wall clock in a zone; null when the parts are no time of day. */
export function instantOf(day: string, hour: number, minute: number, zone = DEFAULT_ZONE): string | null {
  if (hour > 23 || minute > 59) return null
  const wanted = Date.parse(`${day}T00:00:00.000Z`) + (hour * 60 + minute) * 60_000
  const offset = (at: number): number => {
    const part = zoned(new Date(at).toISOString(), zone)
    return Date.parse(`${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}.000Z`) - at
  }
  // Twice, because the offset at the wanted time may differ from that of the first guess on the day the clock changes.
  const first = wanted - offset(wanted)
  return new Date(wanted - offset(first)).toISOString()
}
