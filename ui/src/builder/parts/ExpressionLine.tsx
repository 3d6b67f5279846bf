/** A line for an expression: completes the names of fields, is checked by the server, and shows the finding below itself. */
import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { catalogue, useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { fieldsOf, labelOf, mapOf } from '../draft/definition'
import { useFinding } from '../draft/findings'
import { useDraft } from '../draft/store'
import { useEdited } from './edited'

const words = catalogue('expression-line', { names: ['可用的名称', 'Names you can use'] })
const WORD = /[A-Za-z_][A-Za-z0-9_.]*$/

interface Props {
  readonly label: string
  readonly value: string
  readonly commit: (value: string) => void
  readonly entity: string
  /** Where the expression stands, so that findings about it show here. */
  readonly file: string
  readonly pointer: string
  readonly hint?: string
  readonly disabled?: boolean
}

export function ExpressionLine({ label, value, commit, entity, file, pointer, hint, disabled }: Props) {
  const t = useWords(words), show = useLabel()
  const id = useId()
  const area = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useEdited(value)
  const [at, setAt] = useState(0)
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(0)
  const fields = useDraft(state => fieldsOf(state.files, entity))
  const functions = ['user', 'today()', 'is_missing(', 'round(', 'years_between(']
  const finding = useFinding(file, pointer)

  const word = text.slice(0, at).match(WORD)?.[0] ?? ''
  const offered = [
    ...Object.entries(fields).map(([name, field]) => ({ name, note: show(labelOf(mapOf(field)['label'])) })),
    ...functions.map(name => ({ name, note: '' })),
  ].filter(each => word && each.name !== word && (each.name.startsWith(word) || each.note.includes(word))).slice(0, 8)
  const listed = open && offered.length > 0

  const keep = () => {
    setOpen(false)
    const next = text.trim().replace(/\s*\n\s*/g, ' ')
    if (next !== value) commit(next)
  }
  const take = (name: string) => {
    const from = at - word.length
    setText(text.slice(0, from) + name + text.slice(at))
    setAt(from + name.length)
    setOpen(false)
    requestAnimationFrame(() => area.current?.setSelectionRange(from + name.length, from + name.length))
  }
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (listed && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      setChosen((chosen + (event.key === 'ArrowDown' ? 1 : offered.length - 1)) % offered.length)
    } else if (listed && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault()
      take(offered[Math.min(chosen, offered.length - 1)]?.name ?? word)
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      keep()
    } else if (event.key === 'Escape') {
      // Escape closes the list of names; what was typed is kept, and taken back by undo.
      event.stopPropagation()
      if (listed) setOpen(false)
      else keep()
    }
  }
  return (
    <div className="line">
      <label htmlFor={id}>{label}</label>
      <div className="expression">
        <textarea
          ref={area} id={id} className="line-input mono" rows={2} value={text} disabled={disabled} spellCheck={false} autoComplete="off"
          role="combobox" aria-expanded={listed} aria-controls={`${id}-names`} aria-autocomplete="list" aria-activedescendant={listed ? `${id}-${chosen}` : undefined}
          aria-invalid={Boolean(finding)} aria-describedby={`${id}-note`}
          onChange={event => {
            setText(event.target.value)
            setAt(event.target.selectionStart)
            setOpen(true)
            setChosen(0)
          }}
          onSelect={event => setAt(event.currentTarget.selectionStart)} onBlur={keep} onKeyDown={keys}
        />
        <div id={`${id}-names`} role="listbox" aria-label={t('names')} className="offers" hidden={!listed}>
          {listed && offered.map((each, place) => (
            <div key={each.name} id={`${id}-${place}`} role="option" tabIndex={-1} aria-selected={place === chosen} onPointerDown={event => {
              event.preventDefault()
              take(each.name)
            }}><b className="mono">{each.name}</b><span className="hint">{each.note}</span></div>
          ))}
        </div>
      </div>
      <div id={`${id}-note`}>
        {finding ? <p className="fault">{finding.code} {finding.message}{finding.hint && <span className="hint"> {finding.hint}</span>}</p> : hint && <p className="hint small">{hint}</p>}
      </div>
    </div>
  )
}
