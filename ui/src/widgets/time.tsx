/** A time of day, typed as four or six digits. */
import { textOf } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { Typed } from './Typed'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const format = (digits: string): string => [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)].filter(Boolean).join(':')

/** The time that a text means, or null: 9:30 and 0930 are 09:30. */
export function parseTime(text: string): string | null {
  const match = /^(\d{1,2}):?(\d{2})(?::?(\d{2}))?$/.exec(text.trim())
  if (!match) return null
  const [, hour = '', minute = '', second] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return null
  return [hour.padStart(2, '0'), minute, ...(second === undefined ? [] : [second])].join(':')
}

function TimeInput(props: InputProps) {
  const t = useWords(words)
  return <Typed {...props} format={format} parse={parseTime} shown={textOf(props.value)} placeholder={t('time_form')} calendar={null} />
}

const TimeShow = ({ value }: ShowProps) => <>{textOf(value)}</>

export default { Input: TimeInput, Show: TimeShow } satisfies Widget
