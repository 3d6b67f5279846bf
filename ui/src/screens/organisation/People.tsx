/** People of the bank with what they hold now: found by name, unit, role and state; the filter is the address. */
import { Button, Input, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { useSettled } from '../../widgets/reference'
import Lost from '../shell/Lost'
import { mayAdminister } from '../shell/menu'
import { periodOfGrant } from './held'
import { NewPerson } from './NewPerson'
import { RoleSelect, UnitSelect } from './pickers'
import { mayLook, usePeople, type PeopleFilter } from './queries'
import type { PersonRow } from './types'
import { showDay } from '../../kernel/format/dates'
import { words } from './words'
import '../list/list.css'
import './organisation.css'

const STATES = ['active', 'shut_out'] as const

export default function People() {
  const t = useWords(words), me = useMe().data, navigate = useNavigate(), [adding, setAdding] = useState(false)
  useTitle(t('people'))
  if (!me) return <div className="screen" aria-busy="true" />
  if (!mayLook(me)) return <Lost />
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t('people')}</h1><span className="hint small grow">{mayAdminister(me) ? t('people_note') : t('reader')}</span>
        {mayAdminister(me) && <Button type="primary" onClick={() => setAdding(true)}>{t('new_person')}</Button>}
      </div>
      {adding && <NewPerson close={() => setAdding(false)} done={person => void navigate(`/admin/people/${person.id}`, { state: { said: t('added', { name: person.name }) } })} />}
      <Found />
    </div>
  )
}

function Found() {
  const t = useWords(words), [query, setQuery] = useSearchParams()
  const [typed, setTyped] = useState(query.get('search') ?? ''), search = useSettled(typed.trim())
  const set = (name: string, value: string | null) => setQuery(before => {
    const next = new URLSearchParams(before)
    if (value) next.set(name, value)
    else next.delete(name)
    return next
  }, { replace: true })
  const filter: PeopleFilter = { search, unit: query.get('unit'), role: query.get('role'), state: query.get('state') === 'shut_out' ? 'shut_out' : 'active' }
  const clear = () => { setTyped(''); setQuery({}, { replace: true }) }
  return (
    <section className="card" aria-label={t('people')}>
      <div className="people-filter" role="group" aria-label={t('filter')}>
        <div><label htmlFor="people-search">{t('find')}</label><Input id="people-search" value={typed} allowClear autoComplete="off" onChange={event => { setTyped(event.target.value); set('search', event.target.value.trim()) }} /></div>
        <div><label id="people-unit-label" htmlFor="people-unit">{t('unit_below')}</label><UnitSelect bound={{ id: 'people-unit', fault: '' }} value={filter.unit} clear placeholder={t('unit_all')} change={id => set('unit', id)} /></div>
        <div><label id="people-role-label" htmlFor="people-role">{t('role')}</label><RoleSelect bound={{ id: 'people-role', fault: '' }} value={filter.role} clear placeholder={t('role_any')} change={role => set('role', role)} /></div>
        <Segmented aria-label={t('state')} value={filter.state} onChange={state => set('state', state === 'active' ? null : state)} options={STATES.map(value => ({ value, label: t(value) }))} />
        {(typed || query.size > 0) && <button type="button" className="link" onClick={clear}>{t('clear')}</button>}
      </div>
      <PeopleTable filter={filter} clear={clear} />
    </section>
  )
}

/** The people of a filter, page after page. */
export function PeopleTable({ filter, clear }: { readonly filter: PeopleFilter, readonly clear?: () => void }) {
  const t = useWords(words), answer = usePeople(filter)
  const people = answer.data?.pages.flatMap(page => page.items), count = answer.data?.pages[0]?.count ?? 0
  return (
    <>
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {people?.length === 0 && <div className="empty"><h2>{t('nobody')}</h2>{clear && <button type="button" className="link" onClick={clear}>{t('clear')}</button>}</div>}
      {(people === undefined ? !answer.error : people.length > 0) && (
        <div className="table-scroll stack-scroll" aria-busy={answer.isFetching && people === undefined}>
          <table className="table stack">
            <caption className="sr">{t('people')}</caption>
            <thead><tr><th scope="col">{t('name')}</th><th scope="col">{t('username')}</th><th scope="col">{t('unit')}</th><th scope="col">{t('posts')}</th><th scope="col">{t('roles')}</th></tr></thead>
            <tbody>
              {people === undefined && Array.from({ length: 8 }, (_, at) => <tr key={at} className="row-grey"><td colSpan={5}><span className="grey" /></td></tr>)}
              {people?.map(person => <Row key={person.id} person={person} />)}
            </tbody>
          </table>
        </div>
      )}
      {people && people.length > 0 && (
        <div className="list-pager">
          <span role="status" className="quiet">{t('shown', { shown: people.length, count })}</span>
          {answer.hasNextPage && <button type="button" className="link" aria-busy={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('more')}</button>}
        </div>
      )}
    </>
  )
}

function Row({ person }: { readonly person: PersonRow }) {
  const t = useWords(words), label = useLabel(), locale = useLocale()
  return (
    <tr>
      <th scope="row"><Link className="row-link" to={`/admin/people/${person.id}`}>{person.name}</Link>{!person.active && <> <span className="tag tag-warning">{t('shut_out')}</span></>}</th>
      <td className="mono">{person.username}</td>
      <td>{person.unit?.name ?? '—'}</td>
      <td className="held-words">{person.posts.map(each => <span key={`${each.post} ${each.unit.id}`}>{each.post} · {each.unit.name}</span>)}</td>
      <td className="held-words">
        {person.roles.map(each => {
          const { last } = periodOfGrant({ from: null, until: each.until })
          return <span key={`${each.app}.${each.role}`} className="tag">{label(each.label)}{last && <small> {t('until', { day: showDay(last, locale) })}</small>}</span>
        })}
      </td>
    </tr>
  )
}
