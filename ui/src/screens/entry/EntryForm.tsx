/** A form as a clerk fills it: head with its pages, error summary, sections, foot with the actions and their keys. */
import { Button } from 'antd'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { stepFocus, useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import type { Fault } from './faults'
import { Blocks, inputId } from './Fields'
import { itemsOf, type DrawnBlock } from './model'
import { Summary } from './Summary'
import { fieldOf, type Entry, type EntryParts } from './useEntry'
import { words } from './words'
import '../parts/parts.css'
import './entry.css'

export interface EntryFormProps {
  readonly parts: EntryParts
  readonly entry: Entry
  readonly title: string
  readonly submitText: string
  readonly submit: () => void
  readonly saveDraft?: (() => void) | undefined
  readonly busy: boolean
  readonly failure: unknown
  readonly attempts: number
  /** What is known about saving, in words. */
  readonly state: string
  readonly stateIsGood: boolean
  /** Between head and fields: the record one comes from, a conflict. */
  readonly above?: ReactNode
  /** Beside the fields: the approval path. */
  readonly beside?: ReactNode
}

const holdsFault = (block: DrawnBlock, fault: Fault): boolean => itemsOf([block]).some(item => item.field?.name === fieldOf(fault.pointer))

/**
 * Enter goes on as Tab does, but not where it is a new line, chooses from an open list, or ends a composition.
 * Ctrl+Enter submits; a choice that has the focus would open on it, so neither reaches the field.
 */
function pressed(event: KeyboardEvent<HTMLElement>, submit: () => void): void {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.altKey) return
  const { target, currentTarget } = event
  const submits = event.ctrlKey || event.metaKey
  // In the last cell of a table Enter makes a new row: that is the table's own key.
  if (!submits && !event.shiftKey && target instanceof Element && target.closest('[data-row-end]') !== null) return
  if (submits) submit()
  else if (!(target instanceof HTMLInputElement) || target.getAttribute('aria-expanded') === 'true' || !stepFocus(currentTarget, target, event.shiftKey ? -1 : 1)) return
  event.preventDefault()
  event.stopPropagation()
}

export function EntryForm(props: EntryFormProps) {
  const { parts, entry, title, submitText, submit, saveDraft, busy, failure, attempts, state, stateIsGood, above, beside } = props
  const t = useWords(words), c = useWords(common), label = useLabel()
  const [at, setAt] = useState(0), [visited, setVisited] = useState(0)
  const form = useRef<HTMLFormElement>(null)
  const [isNew] = useState(entry.values['id'] === undefined)
  useEffect(() => {
    const inputs = [...form.current?.querySelectorAll<HTMLInputElement>('input:not([type="radio"], [tabindex="-1"]), textarea') ?? []]
    // The first field that is still empty; what is stored already begins at its top.
    const first = (isNew ? inputs.find(each => each.value === '' && each.closest('.ant-select-content-has-value') === null) : undefined) ?? inputs[0]
    first?.focus({ preventScroll: true })
  }, [isNew])
  const pages = entry.drawn.blocks.filter(each => each.block.kind !== 'section'), isWizard = pages.length > 0
  const current = Math.min(at, Math.max(pages.length - 1, 0)), isLast = !isWizard || visited >= pages.length - 1
  const go = (to: number) => {
    setAt(to)
    setVisited(before => Math.max(before, to))
  }
  const place = { app: parts.screens.app, zone: parts.screens.timezone }
  const open = (fault: Fault) => {
    const page = pages.findIndex(each => holdsFault(each, fault))
    if (page >= 0) go(page)
    // After the page with the field is drawn.
    requestAnimationFrame(() => document.getElementById(inputId(fault.pointer))?.focus())
  }
  const finish = () => {
    if (busy) return
    if (isLast) submit()
    else go(current + 1)
  }
  useShortcuts({ 'Ctrl+Enter': finish, ...(saveDraft ? { 'Ctrl+S': saveDraft } : {}) })
  const [answered, setAnswered] = useState(0)
  if (answered !== attempts) {
    // A refused submit opens the first page with something to mend.
    setAnswered(attempts)
    const first = pages.findIndex(each => entry.faults.some(fault => fault.level === 'error' && holdsFault(each, fault)))
    if (first >= 0) setAt(first)
  }
  const page = pages[current]
  const shown = page ? (page.items.length > 0 ? [page] : page.blocks) : entry.drawn.blocks
  return (
    <div className="entry">
      <header className="entry-head">
        <h1>{title}</h1>
        {isWizard && (
          <ol className="entry-steps" aria-label={t('steps')}>
            {pages.map((each, index) => {
              const wrong = entry.faults.filter(fault => fault.level === 'error' && holdsFault(each, fault)).length
              return (
                <li key={each.block.name} className={wrong > 0 ? 'step-wrong' : index < current ? 'step-done' : ''}>
                  <button type="button" aria-current={index === current ? 'step' : undefined} disabled={index > visited} onClick={() => go(index)}>
                    <span className="step-number" aria-hidden="true">{index + 1}</span>{label(each.block.label)}
                    <small>{wrong > 0 ? t('page_faults', { count: wrong }) : index < visited || index < current ? t('page_done') : ''}</small>
                  </button>
                </li>
              )
            })}
          </ol>
        )}
        <span className="grow" />
        <p role="status" className={`entry-state small ${stateIsGood ? 'good' : ''}`}>{state}</p>
      </header>
      <div className={`entry-body ${beside ? 'entry-two' : ''}`}>
        {/* Enter is a shortcut of Tab; every field is reached without it. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <form ref={form} className="entry-main" noValidate onKeyDownCapture={event => pressed(event, finish)} onSubmit={event => event.preventDefault()}>
          {failure !== null && failure !== undefined && <Failure error={failure} />}
          <Summary faults={entry.faults} parts={parts} attempts={attempts} open={open} />
          {above}
          <Blocks blocks={shown} parts={parts} entry={entry} place={place} />
        </form>
        {beside}
      </div>
      <footer className="entry-foot">
        <span className="entry-keys hint small" aria-hidden="true"><kbd>Enter</kbd> {t('key_next')} <kbd>Shift Enter</kbd> {t('key_back')} <kbd>Ctrl Enter</kbd> {t('key_submit')}</span>
        <span className="grow" />
        {isWizard && <><Button disabled={current === 0} onClick={() => go(current - 1)}>{t('previous')}</Button><Button disabled={current === pages.length - 1} onClick={() => go(current + 1)}>{t('next')}</Button></>}
        {saveDraft && <Button onClick={saveDraft} aria-busy={busy}>{t('save_draft')} <kbd aria-hidden="true">Ctrl S</kbd></Button>}
        <Button type="primary" onClick={submit} disabled={!isLast} aria-busy={busy}>{busy ? c('loading') : submitText}</Button>
      </footer>
    </div>
  )
}
