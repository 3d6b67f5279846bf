/** What is wrong, at the top, with a link to each field; it takes the focus when a submit is refused. */
import { useEffect, useRef } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import type { Fault } from './faults'
import { inputId, useFaultWords } from './Fields'
import type { EntryParts } from './useEntry'
import { words } from './words'

interface SummaryProps {
  readonly faults: readonly Fault[]
  readonly parts: EntryParts
  /** Counts the refused attempts: each takes the focus here. */
  readonly attempts: number
  readonly open: (fault: Fault) => void
}

export function Summary({ faults, parts, attempts, open }: SummaryProps) {
  const t = useWords(words), say = useFaultWords(parts)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (attempts > 0) box.current?.focus()
  }, [attempts])
  const errors = faults.filter(fault => fault.level === 'error')
  if (attempts === 0 || errors.length === 0) return null
  return (
    <div ref={box} className="summary" tabIndex={-1} role="alert">
      <h2>{t('summary', { count: errors.length })}</h2>
      <ul>
        {errors.map(fault => (
          <li key={`${fault.pointer} ${fault.message}`}>
            {parts.entity.fields[fault.pointer.split('/')[1] ?? ''] ? <a href={`#${inputId(fault.pointer)}`} onClick={event => { event.preventDefault(); open(fault) }}>{say(fault)}</a> : say(fault)}
          </li>
        ))}
      </ul>
    </div>
  )
}
