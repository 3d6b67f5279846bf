/** One line of text in a property panel: kept on leaving it, on Enter and on Escape; what cannot be kept says why and stays. */
import { useId, useState, type ReactNode } from 'react'
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
  /** The id of a datalist with what is known. */
  readonly list?: string
  /** Why a text cannot be kept; null for one that can. */
  readonly refuse?: (value: string) => string | null
}

export function TextLine({ label, value, commit, disabled, hint, fault, lang, numeric, refuse, list }: Props) {
  const id = useId()
  const [text, setText] = useEdited(value)
  const [refused, setRefused] = useState<string | null>(null)
  const keep = () => {
    const why = text.trim() === value ? null : refuse?.(text.trim()) ?? null
    setRefused(why)
    if (why === null && text.trim() !== value) commit(text.trim())
  }
  const wrong = fault ?? refused
  return (
    <div className="line">
      <label htmlFor={id}>{label}</label>
      <input
        id={id} className="line-input" value={text} disabled={disabled} lang={lang} list={list} inputMode={numeric ? 'decimal' : undefined}
        aria-invalid={Boolean(wrong)} aria-describedby={`${id}-note`}
        onChange={event => setText(event.target.value)} onBlur={keep}
        onKeyDown={event => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') keep()
          if (event.key === 'Escape') keep()
        }}
      />
      <div id={`${id}-note`}>{wrong ? <p className="fault" role="alert">{wrong}</p> : hint && <p className="hint small">{hint}</p>}</div>
    </div>
  )
}
