/** A step that is filled in, such as an application that came back: the form with just the fields the step may write. */
import { useEffect, useRef, useState } from 'react'
import type { TaskDetail } from '../../kernel/api/processes'
import type { EntityScreen, FormScreen, Screens, Wire } from '../../kernel/api/types'
import { titlesOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useMe } from '../../kernel/api/queries'
import { EntryForm } from '../entry/EntryForm'
import { formFor } from '../entry/EditEntry'
import { LeaveGuard } from '../entry/leave'
import { bodyOf, type Filled } from '../entry/model'
import { faultsIn } from '../entry/save'
import { useEntry, useSurroundings } from '../entry/useEntry'
import { words as entryWords } from '../entry/words'
import { ChoosePeople, chosenOf, type Chosen } from '../parts/ChoosePeople'
import { SidePane } from '../parts/SidePane'
import { Trail } from '../parts/Trail'
import { words } from './words'

interface ResubmitProps {
  readonly task: TaskDetail
  readonly screens: Screens
  readonly entity: EntityScreen
  readonly busy: boolean
  readonly failure: unknown
  readonly send: (fields: Readonly<Record<string, Wire>>, choose: Chosen) => void
}

/** A form for the fields of a step that names none and has none of its entity's. */
const plainForm = (task: TaskDetail, entity: EntityScreen): FormScreen => ({
  name: '', entity: entity.name, label: task.title, actions: ['submit'],
  layout: [{ kind: 'section', name: 'fields', label: task.title, columns: 2, items: task.fields.write.map(field => ({ kind: 'field', field, span: 1 })), blocks: [] }],
})

export function Resubmit({ task, screens, entity, busy, failure, send }: ResubmitProps) {
  const t = useWords(words), e = useWords(entryWords)
  const me = useMe().data
  const form = screens.forms[task.form ?? ''] ?? screens.forms[formFor(screens, entity.name) ?? ''] ?? plainForm(task, entity)
  const parts = { screens, form, entity }, before = task.record as Filled
  const around = useSurroundings(parts, before, { write: task.fields.write, hide: task.fields.hide, require: task.fields.require ?? [] })
  const entry = useEntry(parts, { values: before, titles: titlesOf(task.record) }, around)
  const [chosen, setChosen] = useState(chosenOf(task.choose))
  const sent = useRef(false)
  const [attempts, setAttempts] = useState(0), [answered, setAnswered] = useState<unknown>(null)
  const refused = faultsIn(failure)
  if (failure !== answered) {
    // A new answer of the server: its faults go to their fields, once.
    setAnswered(failure)
    if (refused) {
      entry.refuse(refused.map(fault => ({ ...fault, pointer: fault.pointer.replace(/^\/fields/, '') })))
      setAttempts(attempts + 1)
    }
  }
  useEffect(() => {
    // What was not taken is still to be lost.
    if (failure) sent.current = false
  }, [failure])
  const submit = () => {
    if (entry.attempt().some(fault => fault.level === 'error')) return setAttempts(attempts + 1)
    sent.current = true
    send(bodyOf(entry.drawn, before), chosen)
  }
  return (
    <>
      <EntryForm
        parts={parts} entry={entry} title={t('resubmit')} submitText={e(task.process && task.process.trail.length > 1 ? 'resubmit' : 'complete')} submit={submit} busy={busy}
        failure={refused ? null : failure} attempts={attempts} state={entry.dirty ? e('not_saved') : ''} stateIsGood={false} above={<p className="quiet">{t('resubmit_hint')}</p>}
        beside={task.process && <SidePane title={t('trail')}><Trail process={task.process} me={me?.id ?? null} /><ChoosePeople choices={task.choose ?? []} chosen={chosen} change={setChosen} /></SidePane>}
      />
      <LeaveGuard dirty={entry.dirty} done={sent} />
    </>
  )
}
