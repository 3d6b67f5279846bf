/** The address of a page; only http and https become a link. */
import { Input } from 'antd'
import { textOf } from '../kernel/format/value'
import type { InputProps, ShowProps, Widget } from './widget'

function UrlInput({ id, value, change, blur, invalid, describedBy, required }: InputProps) {
  return (
    <Input
      id={id} value={textOf(value ?? undefined)} inputMode="url" autoComplete="off" placeholder="https://" status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
      onChange={event => change(event.target.value || null)} onBlur={blur}
    />
  )
}

function UrlShow({ value }: ShowProps) {
  const text = textOf(value)
  return /^https?:\/\//.test(text) ? <a href={text} target="_blank" rel="noopener noreferrer">{text}</a> : <>{text}</>
}

export default { Input: UrlInput, Show: UrlShow } satisfies Widget
