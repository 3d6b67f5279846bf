/** Who may see, change or delete a record, now or on a day, and why: the question is the address. */
import { useQuery } from '@tanstack/react-query'
import { Button, Input, Segmented } from 'antd'
import { useState, type FormEvent } from 'react'
import { useSearchParams } from 'react-router'
import { get } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import type { Label } from '../../kernel/api/types'
import { isDay } from '../../kernel/expr/dates'
import { showDay } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { WhoMay } from '../audit/WhoMay'
import { PersonSelect } from '../organisation/pickers'
import { DayInput } from '../parts/DayInput'
import { mayLook } from '../organisation/queries'
import Lost from '../shell/Lost'
import { Explanation, type Action } from './Explanation'
import { placeOf, type Place } from './place'
import { words } from './words'
import '../list/list.css'
import '../parts/parts.css'
import '../audit/audit.css'
import '../organisation/organisation.css'
import './access.css'

interface Found extends Place { readonly app_label: Label, readonly label: Label }

const ACTIONS: readonly Action[] = ['read', 'update', 'delete']

export default function Access() {
  const t = useWords(words), me = useMe().data
  useTitle(t('title'))
  if (!me) return <div className="screen" aria-busy="true" />
  if (!mayLook(me)) return <Lost />
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      <Question />
    </div>
  )
}

function Question() {
  const t = useWords(words), [query, setQuery] = useSearchParams()
  const asked = query.get('record') ?? '', field = query.get('field') ?? '', person = query.get('person'), on = isDay(query.get('on')) ? query.get('on') : null
  const action = ACTIONS.find(each => each === query.get('action')) ?? 'read'
  const [typed, setTyped] = useState(asked), [typedField, setTypedField] = useState(field), [day, setDay] = useState<string | null>(on)
  // The address may change without this form, by a link or by going back.
  const [seen, setSeen] = useState({ asked, on, field })
  if (seen.asked !== asked || seen.on !== on || seen.field !== field) {
    setSeen({ asked, on, field })
    setTyped(asked)
    setTypedField(field)
    setDay(on)
  }
  const set = (values: Readonly<Record<string, string | null>>) => setQuery(before => {
    const next = new URLSearchParams(before)
    for (const [name, value] of Object.entries(values)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    return next
  })
  const ask = (event: FormEvent) => {
    event.preventDefault()
    set({ record: typed.trim(), field: typedField.trim() })
  }
  const typeDay = (value: string | null) => {
    setDay(value)
    if (value === null || isDay(value)) set({ on: value })
  }
  return (
    <>
      <form className="card access-question" aria-label={t('question')} onSubmit={ask}>
        <div className="access-record"><label htmlFor="access-record">{t('record')}</label><Input id="access-record" value={typed} autoComplete="off" allowClear placeholder={t('record_hint')} onChange={event => setTyped(event.target.value)} /></div>
        <div><label id="access-person-label" htmlFor="access-person">{t('person')}</label><PersonSelect bound={{ id: 'access-person', fault: '' }} by="username" value={person} named={person ?? undefined} clear placeholder={t('anybody')} change={username => set({ person: username })} /></div>
        {!person && <div><label htmlFor="access-field">{t('asked_field')}</label><Input id="access-field" value={typedField} autoComplete="off" allowClear placeholder={t('field_hint')} onChange={event => setTypedField(event.target.value)} /></div>}
        <div className="access-day"><label htmlFor="access-day">{t('day')}</label><DayInput id="access-day" invalid={day !== null && !isDay(day)} value={day} change={typeDay} /></div>
        {person && <Segmented aria-label={t('act')} value={action} onChange={value => set({ action: value === 'read' ? null : value })} options={ACTIONS.map(value => ({ value, label: t(value) }))} />}
        <Button type="primary" htmlType="submit">{t('find')}</Button>
      </form>
      {asked ? <Answer key={asked} asked={asked} field={field || null} person={person} action={action} on={on} /> : <p className="card empty">{t('start')}</p>}
    </>
  )
}

interface AnswerProps { readonly asked: string, readonly person: string | null, readonly action: Action, readonly on: string | null, readonly field: string | null }

function Answer({ asked, field, person, action, on }: AnswerProps) {
  const t = useWords(words), label = useLabel(), said = placeOf(asked)
  const [chosen, setChosen] = useState<Place | null>(said)
  const found = useQuery({ queryKey: ['access', 'records', asked], queryFn: async ({ signal }) => (await get<{ readonly items: readonly Found[] }>('/api/access', { query: { record: asked }, signal })).items, enabled: said === null })
  const place = chosen ?? (found.data?.length === 1 ? found.data[0] : undefined)
  if (found.error) return <div className="card card-body"><Failure error={found.error} retry={() => void found.refetch()} /></div>
  if (place) return <PlaceAnswer place={place} field={field} person={person} action={action} on={on} />
  if (!found.data) return <div className="card card-body" aria-busy="true"><span className="grey" /></div>
  if (found.data.length === 0) return <p className="card empty" role="status">{t('none_found')}</p>
  return (
    <div className="card card-body">
      <p role="status">{t('several')}</p>
      <ul>{found.data.map(each => <li key={each.id}><button type="button" className="link" onClick={() => setChosen(each)}>{label(each.app_label)} · {label(each.label)} <span className="mono">{each.id}</span></button></li>)}</ul>
    </div>
  )
}

function PlaceAnswer({ place, field, person, action, on }: Omit<AnswerProps, 'asked'> & { readonly place: Place }) {
  const t = useWords(words), locale = useLocale()
  if (person) return <Explanation place={place} person={person} action={action} on={on} />
  return (
    <section className="card" aria-labelledby="who-may">
      <div className="card-head"><h2 id="who-may">{field ? t('who_sees_field', { field }) : on ? t('who_then', { day: showDay(on, locale) }) : t('who_now')}</h2><small className="hint">{t('by_role')}</small></div>
      <div className="card-body"><WhoMay app={place.app} entity={place.entity} id={place.id} on={on} field={field} /></div>
    </section>
  )
}
