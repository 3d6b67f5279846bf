/** What may be done with a task beside deciding it: handing it over, asking others, adding and taking away seats. */
import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Dropdown, Input, Select } from 'antd'
import { useId, useState } from 'react'
import { get, path } from '../../kernel/api/client'
import type { AddedSeat, OpinionRequest, TaskDetail } from '../../kernel/api/processes'
import type { Person } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useShortcuts } from '../../kernel/keyboard'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { outcomeText } from '../parts/kinds'
import { useSettled } from '../../widgets/reference'
import { useAct } from './decide'
import { words } from './words'

type Name = 'transfer' | 'delegate' | 'ask_opinion' | 'add_before' | 'add_after' | 'add_together'
const NAMES: readonly Name[] = ['ask_opinion', 'delegate', 'transfer', 'add_before', 'add_together', 'add_after']
/** Acts that are about one person. */
const ONE: ReadonlySet<Name> = new Set(['transfer', 'delegate'])
const MOST_TEXT = 500

interface ActsProps { readonly task: TaskDetail, readonly acted: (act: string) => void }

export function Acts({ task, acted }: ActsProps) {
  const t = useWords(words)
  const [shown, setShown] = useState(false), [chosen, setChosen] = useState<Name | null>(null)
  const names = NAMES.filter(name => task.acts?.includes(name))
  useShortcuts(names.length > 0 ? { M: () => setShown(true) } : {})
  if (names.length === 0) return null
  return (
    <>
      <Dropdown autoFocus trigger={['click']} open={shown} onOpenChange={setShown} menu={{ items: names.map(name => ({ key: name, label: t(name) })), onClick: ({ key }) => { setShown(false); setChosen(key as Name) } }}>
        <Button aria-keyshortcuts="M" aria-haspopup="menu">{t('acts')}</Button>
      </Dropdown>
      {chosen && <ActDialog key={chosen} task={task} name={chosen} close={() => setChosen(null)} done={() => { setChosen(null); acted(t(chosen)) }} />}
    </>
  )
}

interface ActDialogProps { readonly task: TaskDetail, readonly name: Name, readonly close: () => void, readonly done: () => void }

function ActDialog({ task, name, close, done }: ActDialogProps) {
  const t = useWords(words), c = useWords(common), id = useId()
  const [people, setPeople] = useState<readonly Person[]>([]), [text, setText] = useState(''), [wait, setWait] = useState(false), [lacking, setLacking] = useState(false)
  const [typed, setTyped] = useState('')
  const find = useSettled(typed.trim())
  const found = useQuery({
    queryKey: ['task-people', task.id, name, find],
    queryFn: ({ signal }) => get<{ readonly items: readonly Person[] }>(path('api', 'tasks', task.id, 'people'), { query: { act: name, find }, signal }),
    staleTime: 10_000,
  })
  const act = useAct(task, done)
  const known = [...people, ...(found.data?.items ?? []).filter(person => people.every(each => each.id !== person.id))]
  const choose = (ids: readonly string[]) => { setPeople(known.filter(person => ids.includes(person.id))); setLacking(false) }
  const send = () => {
    setLacking(people.length === 0)
    if (people.length === 0 || act.isPending) return
    act.mutate({ name, people: people.map(person => person.id), ...(text.trim() ? { opinion: text.trim() } : {}), ...(name === 'ask_opinion' ? { wait } : {}) })
  }
  const shared = {
    'id': `${id}-who`, 'aria-invalid': lacking, 'status': lacking ? 'error' as const : '' as const, 'placeholder': t('who_hint'), 'filterOption': false, 'showSearch': true, 'onSearch': setTyped,
    'options': known.map(person => ({ value: person.id, label: person.unit ? `${person.name} · ${person.unit}` : person.name })),
    // The dialog is the browser's own, above everything: what opens must open inside it.
    'getPopupContainer': (node: HTMLElement) => node.parentElement ?? node,
    'notFoundContent': found.isFetching ? '…' : t('who_none'),
  }
  return (
    <Dialog title={t(name)} close={close}>
      <p className="quiet">{t(`${name}_text`)}</p>
      <label className="field-label" htmlFor={`${id}-who`}>{t('who')}</label>
      {ONE.has(name)
        ? <Select {...shared} className="wide" value={people[0]?.id ?? null} onChange={(one: string) => choose([one])} />
        : <Select {...shared} className="wide" mode="multiple" value={people.map(person => person.id)} onChange={(many: string[]) => choose(many)} />}
      <p role="status" className="message-error">{lacking ? t('who_needed') : ''}</p>
      <label className="field-label" htmlFor={`${id}-why`}>{t('reason')}</label>
      <Input.TextArea id={`${id}-why`} rows={2} value={text} maxLength={MOST_TEXT} onChange={event => setText(event.target.value)} />
      {name === 'ask_opinion' && <p><Checkbox checked={wait} onChange={event => setWait(event.target.checked)}>{t('wait')}</Checkbox></p>}
      {act.error && <Failure error={act.error} />}
      <p className="dialog-foot"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" aria-busy={act.isPending} onClick={send}>{t(name)}</Button></p>
    </Dialog>
  )
}

/** Who was added beside the seats of a step, and who was asked for a word. */
export function Beside({ task, acted }: ActsProps) {
  const t = useWords(words)
  const act = useAct(task, done => acted(t(done.name === 'withdraw' ? 'withdraw' : 'remove_added')))
  const added = task.added ?? [], requests = task.requests ?? []
  if (added.length === 0 && requests.length === 0) return null
  return (
    <section className="card beside" aria-label={t('acts')}>
      {added.length > 0 && <><div className="card-head"><h2>{t('added')}</h2></div><ul className="card-body">{added.map(seat => <Added key={seat.seat} seat={seat} busy={act.isPending} remove={() => act.mutate({ name: 'remove_added', seat: seat.seat })} />)}</ul></>}
      {requests.length > 0 && <><div className="card-head"><h2>{t('requests')}</h2></div><ul className="card-body">{requests.map(each => <Asked key={each.request} request={each} busy={act.isPending} withdraw={() => act.mutate({ name: 'withdraw', request: each.request })} />)}</ul></>}
      {act.error && <Failure error={act.error} />}
    </section>
  )
}

function Added({ seat, busy, remove }: { readonly seat: AddedSeat, readonly busy: boolean, readonly remove: () => void }) {
  const t = useWords(words)
  return (
    <li className="beside-line">
      <span className="tag">{t(`mode_${seat.mode}`)}</span><b className="grow">{seat.person?.name ?? '—'}</b>
      <span className="small quiet">{seat.state === 'open' ? t('open') : outcomeText(seat.state)}</span>
      {seat.removable && <Button size="small" aria-busy={busy} onClick={remove}>{t('remove_added')}</Button>}
    </li>
  )
}

function Asked({ request, busy, withdraw }: { readonly request: OpinionRequest, readonly busy: boolean, readonly withdraw: () => void }) {
  const t = useWords(words)
  return (
    <li className="beside-line">
      <span className="tag">{t(request.kind === 'delegate' ? 'delegate' : 'ask_opinion')}</span><b>{request.person?.name ?? '—'}</b>
      <span className="grow small">{request.opinion ?? request.note ?? ''}</span>
      <span className="small quiet">{t(request.state)}</span>
      {request.withdrawable && <Button size="small" aria-busy={busy} onClick={withdraw}>{t('withdraw')}</Button>}
    </li>
  )
}
