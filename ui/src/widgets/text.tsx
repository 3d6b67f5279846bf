/** One line of text. */
import { Input } from 'antd'
import { useWords } from '../kernel/i18n/catalogue'
import { textOf } from '../kernel/format/value'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

/** Patterns of digits get the number keyboard of a phone. */
const DIGITS = new Set(['phone_cn', 'bank_card', 'cnaps'])
/** Below this length a count would only be noise. */
const COUNT_FROM = 100

function TextInput({ id, field, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words)
  const text = value === null ? '' : String(value), max = Number(field.options.max ?? 0)
  const count = max >= COUNT_FROM ? <span className="hint">{t('count', { count: [...text].length, max })}</span> : undefined
  return (
    <Input
      id={id} value={text} suffix={count} autoComplete="off" inputMode={DIGITS.has(field.options.pattern ?? '') ? 'numeric' : 'text'} status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
      onChange={event => change(event.target.value || null)} onBlur={blur}
    />
  )
}

const TextShow = ({ value }: ShowProps) => <>{textOf(value)}</>

export default { Input: TextInput, Show: TextShow } satisfies Widget
