/** The trial run: a case by its values, a record or a worked case; who starts it and when; the way it takes, step by step. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useId, useState } from 'react'
import { get, path, post } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { Page, RecordWire } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useSettled } from '../../widgets/reference'
import { labelOf, fieldsOf, listOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import { textsOf } from '../draft/files'
import { unsaved, useDraft } from '../draft/store'
import { TextLine } from '../parts/TextLine'
import { useDesigner } from './designer'
import { choicesOf } from './expression_words'
import { Choice } from './Choice'
import { asJson, exampleOf, givenBy, givenOf, readsOf, valuesOfRecord, type Start, type Values } from './trial_case'
import { TrialWay } from './TrialWay'
import { trialOf, type Simulated, type Trial } from './trial'
import { words } from './words'

interface TrialPaneProps {
  readonly workflow: ModelMap
  readonly trial: Trial | null
  readonly tried: (trial: Trial | null) => void
  readonly leave: () => void
  readonly announce: (text: string) => void
}

/** Now, as a worked case writes a moment. */
const nowText = () => {
  const now = new Date()
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

export function TrialPane({ workflow, trial, tried, leave, announce }: TrialPaneProps) {
  const t = useWords(words), label = useLabel(), id = useId()
  const designer = useDesigner()
  const files = useDraft(state => state.files)
  const examples = listOf(workflow['examples']).map(mapOf).filter(each => !('do' in each) && 'given' in each)
  const reads = readsOf(workflow, files, designer.entity)
  const [start, setStart] = useState<Start>(() => (examples[0] ? givenBy(examples[0], files, designer.entity) : { values: {}, rest: new Map() }))
  const [clock, setClock] = useState(() => textOf(examples[0]?.['clock']) || nowText())
  const [starter, setStarter] = useState<string | null>(null)
  const [ranOn, setRanOn] = useState<unknown>(null)
  // What was given steps back once the way is there.
  const [isOpen, setOpen] = useState(true)
  const shown = [...new Set([...reads, ...Object.keys(start.values)])]
  const set = (name: string, value: string) => setStart({ ...start, values: { ...start.values, [name]: value } })
  const run = useMutation({
    mutationFn: () => post<Simulated>(path('api', 'builder', 'apps', designer.app, 'simulate'), {
      body: {
        workflow: designer.workflow, case: { given: asJson(givenOf(start.values, start.rest)), ...(clock ? { clock } : {}) },
        ...(starter ? { starter } : {}), files: textsOf(Object.fromEntries(unsaved(useDraft.getState()))),
      },
    }),
    onSuccess: answer => {
      const done = trialOf(answer, t('comma'), count => t('and_more', { count }))
      setRanOn(files)
      setOpen(false)
      tried(done)
      announce(t(answer.ends === 'approved' ? 'trial_approved' : 'trial_stops'))
    },
    onError: () => tried(null),
  })
  const fromExample = (name: string) => {
    const example = examples.find(each => textOf(each['name']) === name)
    if (!example) return
    setStart(givenBy(example, files, designer.entity))
    setClock(textOf(example['clock']) || nowText())
    tried(null)
  }
  const keep = () => {
    if (trial && designer.addItem(['examples'], exampleOf(workflow, givenOf(start.values, start.rest), clock, trial.steps.filter(step => !step.stuck).map(step => step.step)))) announce(t('example_kept'))
  }
  const faults = run.error instanceof Refusal ? run.error : null
  return (
    <aside className="trial" aria-label={t('trial')}>
      <header><h2 className="grow">{t('trial')}{trial && <span className={trial.ends === 'approved' ? 'tag tag-ok' : 'tag tag-seal'}>{t(trial.ends === 'approved' ? 'trial_approved' : 'trial_stops')}</span>}</h2><Button size="small" onClick={leave}>{t('leave')}</Button></header>
      <details className="trial-given" open={isOpen} onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>{t('given')}</summary>
        <form className="trial-case" onSubmit={event => { event.preventDefault(); run.mutate() }}>
          {examples.length > 0 && <Choice label={t('from_example')} value="" unset={t('not_set')} options={examples.map(each => ({ value: textOf(each['name']), text: label(labelOf(each['title'])) || textOf(each['name']) }))} choose={fromExample} />}
          <RecordPick id={`${id}-record`} entity={designer.entity} paths={shown} take={values => setStart({ ...start, values: { ...start.values, ...values } })} />
          {shown.map(name => <ValueLine key={name} name={name} value={start.values[name] ?? ''} set={value => set(name, value)} />)}
          <StarterPick id={`${id}-starter`} value={starter} choose={setStarter} />
          <div className="line"><label htmlFor={`${id}-clock`}>{t('time')}</label><input id={`${id}-clock`} type="datetime-local" className="line-input" value={clock} onChange={event => setClock(event.target.value)} /></div>
          <Button type="primary" htmlType="submit" aria-busy={run.isPending}>{t('run')}</Button>
        </form>
      </details>
      {run.error && <Failure error={run.error} />}
      {faults && <ul className="trial-faults">{faults.faults.map(fault => <li key={`${fault.pointer} ${fault.code}`}>{fault.pointer?.replace(/^\/case\/given\//, '')} {fault.message}</li>)}</ul>}
      {trial && ranOn !== files && <p className="notice small">{t('trial_stale')}</p>}
      {trial && <TrialWay trial={trial} />}
      {trial && <p className="trial-foot"><span className="hint small grow">{trial.steps.length ? latest(trial, text => t('at_latest', { time: text })) : ''}</span><Button size="small" onClick={keep}>{t('keep_example')}</Button></p>}
    </aside>
  )
}

const latest = (trial: Trial, say: (text: string) => string): string => {
  const due = trial.steps.findLast(step => step.due_at !== null)?.due_at
  return due ? say(due.slice(0, 16).replace('T', ' ')) : ''
}

/** One value; a choice by its codes. */
function ValueLine({ name, value, set }: { readonly name: string, readonly value: string, readonly set: (value: string) => void }) {
  const label = useLabel(), t = useWords(words)
  const { entity } = useDesigner()
  const files = useDraft(state => state.files)
  const [head = '', inner] = name.split(/\.(.*)/s)
  const own = mapOf(fieldsOf(files, entity)[head])
  const field = inner === undefined ? own : mapOf(fieldsOf(files, textOf(own['to']))[inner])
  const text = [label(labelOf(own['label'])) || head, ...(inner === undefined ? [] : [label(labelOf(field['label'])) || inner])].join(' · ')
  const choices = Object.entries(choicesOf(files, field))
  return choices.length
    ? <Choice label={text} value={value} unset={t('not_set')} options={choices.map(([code, choice]) => ({ value: code, text: `${label(labelOf(mapOf(choice)['label']))} ${code}` }))} choose={set} />
    : <TextLine label={text} value={value} commit={set} />
}

/** A record of the live app, as far as its reader may see it: its values are taken over. */
function RecordPick({ id, entity, paths, take }: { readonly id: string, readonly entity: string, readonly paths: readonly string[], readonly take: (values: Values) => void }) {
  const t = useWords(words)
  const { app } = useDesigner()
  const [typed, setTyped] = useState(''), search = useSettled(typed.trim()), [open, setOpen] = useState(false), [chosen, setChosen] = useState<string | null>(null)
  const found = useQuery({
    queryKey: ['builder', 'trial', app, entity, search], enabled: open, retry: false,
    queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', app, entity), { query: { search, limit: 20 }, signal }),
  })
  const pick = useMutation({
    mutationFn: (record: string) => {
      const expand = [...new Set(paths.filter(each => each.includes('.')).map(each => each.split('.')[0] ?? ''))].join(',')
      return get<RecordWire>(path('api', app, entity, record), { query: expand ? { expand } : {} })
    },
    onSuccess: record => take(valuesOfRecord(record, paths)),
  })
  const options = (found.data?.items ?? []).map(record => ({ value: record.id, label: String(record['_title'] ?? record['number'] ?? record.id) }))
  return (
    <div className="line">
      <label htmlFor={id}>{t('record')}</label>
      <Select id={id} className="wide" value={chosen} options={options} placeholder={t('record_hint')} loading={found.isFetching} notFoundContent={found.error ? t('no_records') : t('nothing_found')}
        showSearch={{ filterOption: false, onSearch: setTyped }} getPopupContainer={node => node.parentElement ?? node} onOpenChange={setOpen} onChange={(value: string) => { setChosen(value); pick.mutate(value) }} />
      {pick.error && <Failure error={pick.error} />}
    </div>
  )
}

/** Who starts it: somebody of the bank, or somebody invented. */
function StarterPick({ id, value, choose }: { readonly id: string, readonly value: string | null, readonly choose: (person: string | null) => void }) {
  const t = useWords(words)
  const [typed, setTyped] = useState(''), search = useSettled(typed.trim()), [open, setOpen] = useState(false)
  const found = useQuery({
    queryKey: ['builder', 'starter', search], enabled: open,
    queryFn: ({ signal }) => get<Page<RecordWire>>('/api/org/person', { query: { search, limit: 20, select: 'name,branch.name' }, signal }),
  })
  const options = (found.data?.items ?? []).map(person => ({ value: person.id, label: [person['name'], person['branch.name']].filter(Boolean).join(' · ') }))
  return (
    <div className="line">
      <label htmlFor={id}>{t('starts_it')}</label>
      <Select id={id} className="wide" value={value} options={options} allowClear placeholder={t('invented')} loading={found.isFetching} notFoundContent={t('nothing_found')}
        showSearch={{ filterOption: false, onSearch: setTyped }} getPopupContainer={node => node.parentElement ?? node} onOpenChange={setOpen} onChange={(person: string | undefined) => choose(person ?? null)} />
    </div>
  )
}
