/** Digits that fall into their places while typing, with the device's own calendar behind a button. */
import { Input } from 'antd'
import { useState, type ChangeEvent, type ReactNode } from 'react'
import type { InputProps } from './widget'

export interface TypedProps extends InputProps {
  /** Put separators between the digits typed so far. */
  readonly format: (digits: string) => string
  readonly shown: string
  readonly parse: (typed: string) => string | null
  readonly placeholder: string
  readonly calendar: ReactNode
}

export function Typed({ id, value, change, blur, invalid, describedBy, required, format, shown, parse, placeholder, calendar }: TypedProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const set = (text: string) => change(text.trim() === '' ? null : parse(text) ?? text)
  const type = (event: ChangeEvent<HTMLInputElement>) => {
    const raw = event.target.value
    // Separators are added while the person goes forward only, so that Backspace works through them.
    const forward = raw.length > (typed ?? '').length
    const next = forward && /^[\d\-\s:/.年月日０-９]*$/.test(raw) ? format(raw.replaceAll(/\D/g, '')) : raw
    setTyped(next)
    set(next)
  }
  return (
    <Input
      id={id} value={typed ?? (value === null ? '' : shown)} inputMode="numeric" autoComplete="off" placeholder={placeholder} status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required} suffix={calendar}
      onChange={type} onFocus={() => setTyped(value === null ? '' : shown)} onBlur={() => { setTyped(null); blur() }}
    />
  )
}
