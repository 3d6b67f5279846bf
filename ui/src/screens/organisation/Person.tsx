/** One person: where he stands, what he holds and held, who gave it and why; and what may be done about it. */
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation, useParams, useSearchParams } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { isDay } from '../../kernel/expr/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import Lost from '../shell/Lost'
import { mayAdminister } from '../shell/menu'
import type { Shown } from './held'
import { Grants, Memberships, Posts } from './Holdings'
import { Events } from './Events'
import { PersonActDialog, type PersonAct } from './PersonActs'
import { mayLook, usePerson, useTakeUp } from './queries'
import { ShownSwitch } from './ShownSwitch'
import { Standing } from './Standing'
import { words } from './words'
import '../list/list.css'
import '../parts/parts.css'
import './organisation.css'

/** What was done last, said where the focus goes; a new object each time, so that the same words are said again. */
interface Said { readonly text: string }

export default function Person() {
  const { id = '' } = useParams(), me = useMe().data
  if (!me) return <div className="screen" aria-busy="true" />
  return mayLook(me) ? <Page key={id} id={id} self={me.id === id} administers={mayAdminister(me)} /> : <Lost />
}

function Page({ id, self, administers }: { readonly id: string, readonly self: boolean, readonly administers: boolean }) {
  const t = useWords(words), answer = usePerson(id), takeUp = useTakeUp(), [query, setQuery] = useSearchParams()
  const arrived = (useLocation().state as { readonly said?: string } | null)?.said
  const [act, setAct] = useState<PersonAct | null>(null), [said, setSaid] = useState<Said | null>(arrived ? { text: arrived } : null)
  const status = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (said) status.current?.focus()
  }, [said])
  const person = answer.data
  useTitle(person?.name ?? t('people'))
  const failed = stopOf(answer)
  if (failed) return <PageFailure error={failed} retry={() => void answer.refetch()} />
  if (!person) return <div className="screen" aria-busy="true"><span className="grey" /><div className="card card-body"><span className="grey" /></div></div>
  const on = query.get('on') ?? '', shown: Shown = isDay(on) ? { on } : query.get('show') === 'all' ? 'all' : 'now'
  const begin = person.can_change ? setAct : null
  return (
    <div className="screen">
      <p className="small"><Link to="/admin/people">{t('people')}</Link></p>
      <div className="screen-head">
        <h1>{person.name}</h1><span className="mono">{person.username}</span>
        <span className={`tag ${person.active ? 'tag-ok' : 'tag-warning'}`}>{t(person.active ? 'active' : 'shut_out')}</span>
        <span className="grow quiet">{person.unit ? <Link to={`/admin/units/${person.unit.id}`}>{person.unit.name}</Link> : '—'}</span>
        <Link to={`/admin/access?person=${encodeURIComponent(person.username)}`}>{t('explain')}</Link>
        {begin && <Button onClick={() => begin({ act: 'change' })}>{t('change')}</Button>}
        {begin && <Button danger={person.active} onClick={() => begin({ act: person.active ? 'stop' : 'start' })}>{t(person.active ? 'stop' : 'start')}</Button>}
      </div>
      {!person.can_change && <p className="notice">{t(self && administers ? 'own' : 'reader')}</p>}
      <p ref={status} role="status" tabIndex={-1} className={said ? 'said' : 'sr'}>{said?.text}</p>
      {act && <PersonActDialog chosen={act} person={person} close={() => setAct(null)} done={(page, text) => { takeUp.person(page); setAct(null); setSaid({ text }) }} />}
      <ShownSwitch shown={shown} change={next => setQuery(next === 'now' ? {} : next === 'all' ? { show: 'all' } : { on: next.on }, { replace: true })} />
      <div className="person-page">
        <div className="person-main">
          <Grants grants={person.grants} shown={shown} begin={begin} />
          <Posts posts={person.posts} own={person.unit?.id ?? null} shown={shown} begin={begin} />
          <Memberships groups={person.groups} shown={shown} begin={begin} />
        </div>
        <div className="person-side">
          <Standing person={person} />
          <Events events={person.history} />
          {person.can_change && <p className="hint small">{t('password_text', { username: person.username })}</p>}
        </div>
      </div>
    </div>
  )
}
