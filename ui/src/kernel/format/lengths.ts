/** Lengths of time in whole minutes, as people write and read them: `1d 2h 30m`. */
import type { Locale } from '../i18n/catalogue'

const DAY = 1440, HOUR = 60
const FORM = /^(?:(\d{1,6})\s*(?:d|天|日))?\s*(?:(\d{1,6})\s*(?:h|小时|时))?\s*(?:(\d{1,8})\s*(?:m|min|分钟|分)?)?$/i

/** The minutes that a text means, or null; a bare number is minutes. */
export function parseLength(text: string): number | null {
  const match = FORM.exec(text.trim())
  if (!match || match.slice(1).every(part => part === undefined)) return null
  const [days = 0, hours = 0, minutes = 0] = match.slice(1).map(part => Number(part ?? 0))
  return days * DAY + hours * HOUR + minutes
}

/** Minutes as days, hours and minutes; parts of nothing are left out. */
export function showLength(minutes: number, locale: Locale): string {
  const units = locale === 'zh' ? ['天', '小时', '分钟'] : ['d', 'h', 'm']
  const parts = [Math.floor(minutes / DAY), Math.floor((minutes % DAY) / HOUR), minutes % HOUR]
  const said = parts.flatMap((part, at) => (part > 0 ? [`${part}${locale === 'zh' ? ` ${units[at]}` : units[at]}`] : []))
  return said.length > 0 ? said.join(' ') : locale === 'zh' ? '0 分钟' : '0m'
}
