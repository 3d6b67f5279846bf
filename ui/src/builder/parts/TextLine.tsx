/** One line of text in a property panel: kept on leaving it or Enter, given back on Escape. */
import { useId, type ReactNode } from 'react'
import { useEdited } from './edited'

interface Props {
  readonly label: string
  readonly value: string
  readonly commit: (value: string) => void
  readonly disabled?: boolean
  readonly hint?: ReactNode
  readonly fault?: string | null
  readonly lang?: string
  readonly numeric?: boolean
}

export function TextLine({ label, value, commit, disabled, hint, fault, lang, numeric }: Props) {
  const id = useId()
  const [text, setText] = useEdited(value)
  const keep = () => {
    if (text.trim() !== value) commit(text.trim())
  }
  return (
    <div className="line">
      <label htmlFor={id}>{label}</label>
      <input
        id={id} className="line-input" value={text} disabled={disabled} lang={lang} inputMode={numeric ? 'decimal' : undefined}
        aria-invalid={Boolean(fault)} aria-describedby={`${id}-note`}
        onChange={event => setText(event.target.value)} onBlur={keep}
        onKeyDown={event => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') keep()
          if (event.key === 'Escape') setText(value)
        }}
      />
      <div id={`${id}-note`}>{fault ? <p className="fault">{fault}</p> : hint && <p className="hint small">{hint}</p>}</div>
    </div>
  )
}
