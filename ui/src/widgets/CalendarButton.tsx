/** The calendar of the device: it knows the person's language, works by touch and keyboard, and costs nothing. */
import { useRef } from 'react'
import { useWords } from '../kernel/i18n/catalogue'
import { words } from './words'

export function CalendarButton({ type, value, choose }: { readonly type: 'date' | 'datetime-local', readonly value: string, readonly choose: (value: string) => void }) {
  const t = useWords(words)
  const native = useRef<HTMLInputElement>(null)
  return (
    <span className="calendar">
      <input ref={native} className="calendar-native" type={type} value={value} max={type === 'date' ? '9999-12-31' : '9999-12-31T23:59'} tabIndex={-1} aria-hidden="true" onChange={event => choose(event.target.value)} />
      <button type="button" className="icon-button" tabIndex={-1} data-skip-enter aria-label={t('calendar')} onClick={() => native.current?.showPicker()}>
        <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true"><path d="M2 4h12v10H2z M2 7h12 M5 2v3 M11 2v3" /></svg>
      </button>
    </span>
  )
}
