/** Filling in a record: new, a draft, or one that is changed; saves, submits, and settles what others changed meanwhile. */
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { keys } from '../../kernel/api/queries'
import type { RecordWire, Titles } from '../../kernel/api/types'
import { clock } from '../../kernel/format/dates'
import { titlesOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useNoun } from '../../kernel/i18n/locale'
import { useTitle } from '../../kernel/parts/title'
import { dismissAll, useHints } from '../duplicates/data'
import { Hints } from '../duplicates/Hints'
import type { Chosen } from '../parts/ChoosePeople'
import { Conflict } from './Conflict'
import { EntryForm } from './EntryForm'
import { LeaveGuard } from './leave'
import { bodyOf, defaultsOf, type Filled } from './model'
import { PathPane } from './PathPane'
import { faultsIn, isConflict, useSender, type Stored } from './save'
import { useEntry, useSurroundings, type EntryParts } from './useEntry'
import { words } from './words'

interface EntryScreenProps {
  readonly parts: EntryParts
  readonly stored: Stored | null
  readonly prefill?: { readonly values: Filled, readonly titles: Titles } | undefined
  readonly above?: ReactNode
}

type Saving = { readonly kind: 'idle' | 'busy' } | { readonly kind: 'saved', readonly at: string } | { readonly kind: 'failed', readonly error: unknown }

/** The state code that a draft has: the first one of the status field. */
const isDraft = (parts: EntryParts, record: RecordWire): boolean => {
  const status = Object.values(parts.entity.fields).find(field => field.type === 'status')
  return status === undefined || record[status.name] === status.options.choices?.[0]?.code
}

export function EntryScreen({ parts, stored: initial, prefill, above }: EntryScreenProps) {
  const t = useWords(words), noun = useNoun()
  const { screens: { app, timezone }, form, entity } = parts
  const navigate = useNavigate(), client = useQueryClient()
  const [stored, setStored] = useState(initial), [attempts, setAttempts] = useState(0), [theirs, setTheirs] = useState<Stored | null>(null)
  const [chosen, setChosen] = useState<Chosen>({})
  const [saving, setSaving] = useState<Saving>({ kind: 'idle' })
  const done = useRef(false)
  const around = useSurroundings(parts, initial?.record ?? null, null)
  const [start] = useState(() => (initial
    ? { values: initial.record as Filled, titles: titlesOf(initial.record) }
    : { values: { ...defaultsOf(form, entity, around), ...prefill?.values }, titles: prefill?.titles ?? {} }))
  const entry = useEntry(parts, start, around)
  const sender = useSender(app, entity.name)
  const [reason, setReason] = useState(''), hints = useHints(app, entity.name, entity.duplicates ?? [], entry.values, stored?.id)
  const before: Filled = stored?.record ?? {}
  const starts = entity.workflow?.can_start === true && (stored === null || isDraft(parts, stored.record))
  const name = noun(entity.label), title = stored && !starts ? t('change', { label: name }) : t('new', { label: name })
  useTitle(title)

  const body = () => bodyOf(entry.drawn, before, stored ? [] : Object.keys(prefill?.values ?? {}))
  // Whom the starter chooses stands beside the fields.
  const started = () => (Object.keys(chosen).length > 0 ? { ...body(), $choose: chosen } : body())
  const keep = (next: Stored) => {
    setStored(next)
    // The answer of a write has no titles of references: the record page asks anew.
    client.removeQueries({ queryKey: keys.record(app, entity.name, next.id) })
    void client.invalidateQueries({ predicate: query => ['list', 'count', 'related', 'tasks', 'process', 'history', 'me'].includes(String(query.queryKey[0])) })
  }
  const fail = async (error: unknown) => {
    const faults = faultsIn(error)
    if (faults) {
      entry.refuse(faults)
      setAttempts(count => count + 1)
      setSaving({ kind: 'idle' })
    } else if (isConflict(error) && stored) {
      try {
        setTheirs(await sender.latest(stored.id))
        setSaving({ kind: 'idle' })
      } catch (worse) {
        setSaving({ kind: 'failed', error: worse })
      }
    } else setSaving({ kind: 'failed', error })
  }
  const send = async (act: () => Promise<Stored>, after: (next: Stored) => void) => {
    if (saving.kind === 'busy') return
    setSaving({ kind: 'busy' })
    try {
      const next = await act()
      // The record is stored; that a reason did not arrive leaves the pair open on its page.
      if (reason.trim() && hints.length > 0) await dismissAll(app, entity.name, next.id, reason.trim()).catch(() => undefined)
      keep(next)
      after(next)
    } catch (error) {
      await fail(error)
    }
  }
  const saveDraft = () => void send(() => (stored ? sender.update(stored, body()) : sender.create(body(), false)), next => {
    entry.settle(entry.values, next.record)
    setSaving({ kind: 'saved', at: new Date().toISOString() })
    // The address of the draft, without drawing the page anew: the focus and what is typed stay where they are.
    history.replaceState(history.state, '', `/app/${app}/edit/${entity.name}/${next.id}?form=${form.name}`)
  })
  const submit = () => {
    if (entry.attempt().some(fault => fault.level === 'error')) return setAttempts(count => count + 1)
    void send(
      () => (stored === null ? sender.create(starts ? started() : body(), starts) : starts ? sender.submit(stored, started()) : sender.update(stored, body())),
      next => {
        done.current = true
        const number = typeof next.record['number'] === 'string' ? ` ${next.record['number']}` : ''
        void navigate(`/app/${app}/${entity.name}/${next.id}`, { replace: true, state: { flash: t(starts ? 'submitted' : 'saved', { number }) } })
      },
    )
  }
  const settleConflict = (values: Filled) => {
    if (theirs) setStored(theirs)
    entry.setAll(values)
    setTheirs(null)
  }
  const canDraft = starts && form.actions.includes('save_draft')
  const { dirty } = entry
  const state = saving.kind === 'busy' ? t('saving') : saving.kind === 'failed' ? t('failed') : saving.kind === 'saved' && !dirty ? t('draft_saved', { time: clock(saving.at, timezone) }) : dirty ? t('not_saved') : ''
  return (
    <>
      <EntryForm
        parts={parts} entry={entry} title={title} submit={submit} submitText={starts ? t('submit') : t('submit_plain')} saveDraft={canDraft ? saveDraft : undefined}
        busy={saving.kind === 'busy'} failure={saving.kind === 'failed' ? saving.error : null} attempts={attempts} state={state} stateIsGood={saving.kind === 'saved' && !dirty}
        above={<>{theirs && <Conflict parts={parts} entry={entry} before={before} theirs={theirs.record} done={settleConflict} />}<Hints app={app} entity={entity} hints={hints} reason={reason} say={setReason} />{above}</>}
        beside={starts && entity.workflow ? <PathPane app={app} workflow={entity.workflow.name} names={Object.keys(entity.fields)} recordId={stored?.id} values={entry.drawn.values} chosen={chosen} choose={setChosen} ready={!entry.drawn.blocks.some(block => missing(block, entry.drawn.values))} /> : undefined}
      />
      <LeaveGuard dirty={dirty} done={done} />
    </>
  )
}

/** Whether a required field of a block is still empty. */
const missing = (block: EntryDrawn, values: Filled): boolean =>
  block.items.some(item => item.required && item.field !== null && (values[item.field.name] ?? null) === null) || block.blocks.some(inner => missing(inner, values))

type EntryDrawn = ReturnType<typeof useEntry>['drawn']['blocks'][number]
