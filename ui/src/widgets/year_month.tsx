/** A month, typed as six digits. */
import { textOf } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { Typed } from './Typed'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const format = (digits: string): string => [digits.slice(0, 4), digits.slice(4, 6)].filter(Boolean).join('-')

/** The month that a text means, or null: 202601, 2026-1 and 2026年1月 are 2026-01. */
export function parseMonth(text: string): string | null {
  const match = /^(\d{4})(?:[-/.年])?(\d{1,2})月?$/.exec(text.trim())
  const month = Number(match?.[2] ?? 0)
  return match && month >= 1 && month <= 12 ? `${match[1]}-${String(month).padStart(2, '0')}` : null
}

function MonthInput(props: InputProps) {
  const t = useWords(words)
  return <Typed {...props} format={format} parse={parseMonth} shown={textOf(props.value)} placeholder={t('month_form')} calendar={null} />
}

const MonthShow = ({ value }: ShowProps) => <>{textOf(value)}</>

export default { Input: MonthInput, Show: MonthShow } satisfies Widget
