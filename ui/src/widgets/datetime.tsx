/** An instant, typed as twelve digits in the time zone of the app and sent in UTC. */
import { isInstant } from '../kernel/expr/dates'
import { clock, dayIn, instantOf, parseDay } from '../kernel/format/dates'
import { useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { CalendarButton } from './CalendarButton'
import { Typed } from './Typed'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function format(digits: string): string {
  const day = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].filter(Boolean).join('-')
  const time = [digits.slice(8, 10), digits.slice(10, 12)].filter(Boolean).join(':')
  return time ? `${day} ${time}` : day
}

function DatetimeInput(props: InputProps) {
  const t = useWords(words)
  const { value, change, place: { zone } } = props
  const text = value === null ? '' : String(value)
  const parse = (typed: string): string | null => {
    const digits = typed.replaceAll(/\D/g, ''), day = parseDay(digits.slice(0, 8))
    return day && digits.length === 12 ? instantOf(day, Number(digits.slice(8, 10)), Number(digits.slice(10)), zone) : null
  }
  const shown = isInstant(text) ? `${dayIn(text, zone)} ${clock(text, zone)}` : text
  return (
    <Typed
      {...props} format={format} parse={parse} shown={shown} placeholder={t('instant_form')}
      calendar={<CalendarButton type="datetime-local" value={isInstant(text) ? shown.replace(' ', 'T') : ''} choose={local => change(local ? parse(local) ?? local : null)} />}
    />
  )
}

function DatetimeShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: DatetimeInput, Show: DatetimeShow } satisfies Widget
