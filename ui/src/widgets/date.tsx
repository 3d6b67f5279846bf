/** A day, typed as eight digits. */
import { parseDay } from '../kernel/format/dates'
import { useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { CalendarButton } from './CalendarButton'
import { Typed } from './Typed'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const format = (digits: string): string => [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)].filter(Boolean).join('-')

function DateInput(props: InputProps) {
  const t = useWords(words)
  const { value, change } = props
  const text = value === null ? '' : String(value)
  return (
    <Typed
      {...props} format={format} parse={parseDay} shown={text} placeholder={t('day_form')}
      calendar={<CalendarButton type="date" value={parseDay(text) ?? ''} choose={day => change(day || null)} />}
    />
  )
}

function DateShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: DateInput, Show: DateShow } satisfies Widget
