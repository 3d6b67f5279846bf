/** A length of time: typed as 1h 30m or 90, kept in minutes. */
import { Input } from 'antd'
import { useState } from 'react'
import { parseLength, showLength } from '../kernel/format/lengths'
import { useWords } from '../kernel/i18n/catalogue'
import { useLocale } from '../kernel/i18n/locale'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function DurationInput({ id, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words), locale = useLocale()
  const [typed, setTyped] = useState<string | null>(null)
  const minutes = value === null ? null : Number(value)
  const shown = minutes === null ? '' : Number.isNaN(minutes) ? String(value) : showLength(minutes, locale)
  const type = (text: string) => {
    setTyped(text)
    // What is no length goes on as typed: the form says so, and nothing is lost.
    change(text.trim() === '' ? null : parseLength(text) ?? text)
  }
  return (
    <Input
      id={id} value={typed ?? shown} autoComplete="off" placeholder={t('length_form')} status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
      onChange={event => type(event.target.value)} onFocus={() => setTyped(shown)} onBlur={() => { setTyped(null); blur() }}
    />
  )
}

function DurationShow({ value }: ShowProps) {
  const locale = useLocale()
  if (value === null || value === undefined) return null
  return <>{Number.isNaN(Number(value)) ? String(value) : showLength(Number(value), locale)}</>
}

export default { Input: DurationInput, Show: DurationShow } satisfies Widget
