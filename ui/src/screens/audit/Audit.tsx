/** The audit trail for the auditor: who did what, to what, when; and the proof that nothing of it was changed. */
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useState, type KeyboardEvent } from 'react'
import { useSearchParams } from 'react-router'
import { get, post } from '../../kernel/api/client'
import type { FieldScreen } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { DEFAULT_ZONE } from '../../kernel/format/dates'
import { WIDGETS } from '../../widgets'
import { useAllScreens } from '../shell/menu'
import { KINDS, kindText } from '../parts/kinds'
import { EventRow } from './EventRow'
import { Proof } from './Proof'
import type { AuditPage, Verified } from './types'
import { words } from './words'
import '../list/list.css'
import './audit.css'

const PERSON: FieldScreen = {
  name: 'actor', label: {}, type: 'reference', widget: 'reference', required: false, readable: 'clear', writable: true, searchable: false, sortable: false,
  options: { to: 'org.person', to_columns: ['name', 'username'] },
}

/** The filter: who did what to which record; it is the URL. */
function Filter() {
  const t = useWords(words)
  const [query, setQuery] = useSearchParams(), [title, setTitle] = useState<string>()
  const set = (name: string, value: string | null) => setQuery(before => {
    const next = new URLSearchParams(before)
    if (value) next.set(name, value)
    else next.delete(name)
    return next
  }, { replace: true })
  const { Input: Person } = WIDGETS['reference'] ?? {}
  return (
    <div className="card audit-filter" role="group" aria-label={t('filter')}>
      <div className="audit-part"><label id="actor-label" htmlFor="actor">{t('who')}</label>{Person && <Person id="actor" field={PERSON} value={query.get('actor')} title={title} change={(value, named) => { setTitle(named); set('actor', value === null ? null : String(value)) }} blur={() => undefined} invalid={false} describedBy="actor-label" required={false} place={{ app: 'org', zone: DEFAULT_ZONE }} />}</div>
      <div className="audit-part"><label id="kind-label" htmlFor="kind">{t('what')}</label><Select id="kind" aria-labelledby="kind-label" allowClear showSearch={{ optionFilterProp: 'label' }} placeholder={t('anything')} value={query.get('kind')} onChange={kind => set('kind', kind ?? null)} options={KINDS.map(kind => ({ value: kind, label: kindText(kind) }))} /></div>
      <div className="audit-part"><label htmlFor="record-id">{t('record')}</label><Input key={query.get('record')} id="record-id" className="mono" allowClear placeholder={t('record_hint')} defaultValue={query.get('record') ?? query.get('record_id') ?? ''} onBlur={event => set('record', event.target.value.trim())} onPressEnter={event => set('record', event.currentTarget.value.trim())} /></div>
      {query.size > 0 && <button type="button" className="link" onClick={() => setQuery({}, { replace: true })}>{t('clear')}</button>}
    </div>
  )
}

/** J and K walk the rows; Enter opens the one with the focus, as any button. */
function step(by: 1 | -1): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('.event-button')]
  const at = buttons.findIndex(button => button === document.activeElement)
  buttons[Math.min(Math.max(at + by, 0), buttons.length - 1)]?.focus()
}

export default function Audit() {
  const t = useWords(words)
  const [query] = useSearchParams()
  const [open, setOpen] = useState<string | null>(null)
  const { screens } = useAllScreens()
  const wanted = { actor: query.get('actor'), kind: query.get('kind'), record_id: query.get('record_id'), record: query.get('record') }
  const answer = useInfiniteQuery({
    queryKey: ['audit', wanted],
    queryFn: ({ pageParam, signal }) => get<AuditPage>('/api/audit/events', { query: { ...wanted, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
    refetchOnWindowFocus: false,
  })
  const proof = useMutation({ mutationFn: () => post<Verified>('/api/audit/verify') })
  const verify = () => { if (!proof.isPending) proof.mutate() }
  useTitle(t('title'))
  useShortcuts({ 'J': () => step(1), 'K': () => step(-1), 'V': verify })
  const events = answer.data?.pages.flatMap(page => page.items)
  const close = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setOpen(null)
  }
  return (
    <div className="screen screen-fill">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      <Filter />
      <div className="audit-body">
        <section className="card audit-list" aria-label={t('title')}>
          {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
          <div className="audit-scroll" aria-busy={answer.isFetching}>
            {events?.length === 0 && <div className="empty"><h2>{t('empty')}</h2></div>}
            {!answer.error && events?.length !== 0 && (
              // Escape closes what Enter opened; both are on the buttons of the rows, too.
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
              <table className="table audit-table" onKeyDown={close}>
                <caption className="sr">{t('table')}</caption>
                <thead><tr><th scope="col">{t('when')}</th><th scope="col">{t('who')}</th><th scope="col">{t('what')}</th><th scope="col">{t('object')}</th><th scope="col">{t('channel')}</th><th scope="col" className="num">{t('leaf')}</th></tr></thead>
                <tbody>
                  {!events && Array.from({ length: 10 }, (_, at) => <tr key={at}><td colSpan={6}><span className="grey" /></td></tr>)}
                  {events?.map(event => <EventRow key={event.id} event={event} screens={screens} open={open === event.id} toggle={() => setOpen(open === event.id ? null : event.id)} />)}
                </tbody>
              </table>
            )}
          </div>
          <div className="list-pager">
            <span role="status" className="quiet">{events && t('shown', { count: events.length })}</span>
            {answer.hasNextPage && <button type="button" className="link" onClick={() => void answer.fetchNextPage()}>{t('more')}</button>}
            <span className="grow" />
            <span className="list-keys hint small" aria-hidden="true"><kbd>J</kbd> <kbd>K</kbd> {t('key_row')} <kbd>Enter</kbd> {t('key_expand')} <kbd>V</kbd> {t('key_verify')}</span>
          </div>
        </section>
        <Proof result={proof.data} busy={proof.isPending} error={proof.error} verify={verify} />
      </div>
    </div>
  )
}
