/** How long there is until a deadline, in words and in a colour that only repeats them. */
import { showInstant, timeLeft } from '../../kernel/format/dates'
import { useNow } from '../../kernel/now'
import { useWords, type Say } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import { words } from './words'

const DAY = 24 * 60

/** A length of time in words, no finer than it matters. */
export function lengthText(t: Say<keyof typeof words.entries>, minutes: number): string {
  if (minutes >= 2 * DAY) return t('days', { count: Math.round(minutes / DAY) })
  if (minutes >= 5 * 60) return t('hours', { count: Math.round(minutes / 60) })
  if (minutes < 60) return t('minutes', { count: minutes })
  return minutes % 60 === 0 ? t('hours', { count: minutes / 60 }) : t('hours_minutes', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}

export function Deadline({ due, tag = false }: { readonly due: string | null, readonly tag?: boolean }) {
  const t = useWords(words), locale = useLocale(), now = useNow()
  if (!due) return null
  const left = timeLeft(due, now)
  const text = left.late ? t('late', { time: lengthText(t, left.minutes) }) : left.today || left.minutes < DAY ? t('left', { time: lengthText(t, left.minutes) }) : showInstant(due, locale)
  const tone = left.late || left.soon ? 'seal' : left.today ? 'warning' : ''
  return <time dateTime={due} title={showInstant(due, locale)} className={tag ? `tag ${tone && `tag-${tone}`}` : `deadline ${tone && `tone-${tone}`}`}>{text}</time>
}
