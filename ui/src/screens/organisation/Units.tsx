/** The tree of units with the page of the one that is chosen: its people, who holds a post there, and what was done to it. */
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import Lost from '../shell/Lost'
import { mayAdminister } from '../shell/menu'
import { Events } from './Events'
import { PeopleTable } from './People'
import { mayLook, useTakeUp, useUnitHistory, useUnits } from './queries'
import type { Unit } from './types'
import { UnitActDialog, type UnitAct } from './UnitActs'
import { UnitTree } from './UnitTree'
import { words } from './words'
import '../list/list.css'
import '../parts/parts.css'
import './organisation.css'

const ACTS: readonly UnitAct[] = ['new_unit', 'change_unit', 'move_unit', 'lead_unit', 'close_unit']

export default function Units() {
  const me = useMe().data
  if (!me) return <div className="screen" aria-busy="true" />
  return mayLook(me) ? <Organisation administers={mayAdminister(me)} /> : <Lost />
}

function Organisation({ administers }: { readonly administers: boolean }) {
  const t = useWords(words), { id = null } = useParams() as { readonly id?: string }, navigate = useNavigate()
  const answer = useUnits(), takeUp = useTakeUp()
  const [act, setAct] = useState<UnitAct | null>(null), [said, setSaid] = useState<{ readonly text: string } | null>(null)
  const status = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (said) status.current?.focus()
  }, [said])
  const unit = answer.data?.find(each => each.id === id) ?? null
  useTitle(unit?.name ?? t('units'))
  const failed = stopOf(answer)
  if (failed) return <PageFailure error={failed} retry={() => void answer.refetch()} />
  const units = answer.data
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t('units')}</h1><span className="hint small grow">{administers ? t('units_note') : t('reader')}</span>
        {administers && units && ACTS.map(each => (each === 'new_unit' || unit) && <Button key={each} type={each === 'new_unit' ? 'primary' : 'default'} danger={each === 'close_unit'} onClick={() => setAct(each)}>{t(each)}</Button>)}
      </div>
      <p ref={status} role="status" tabIndex={-1} className={said ? 'said' : 'sr'}>{said?.text}</p>
      {act && units && (
        <UnitActDialog
          act={act} unit={unit} units={units} close={() => setAct(null)}
          done={(tree, text) => {
            takeUp.units(tree.items)
            setAct(null)
            setSaid({ text })
            if (tree.id !== id) void navigate(`/admin/units/${tree.id}`)
          }}
        />
      )}
      <div className={`units ${id === null ? '' : 'units-chosen'}`} aria-busy={!units}>
        {units ? <UnitTree units={units} chosen={id} choose={chosen => void navigate(`/admin/units/${chosen}`)} /> : <div className="card card-body"><span className="grey" /></div>}
        {id === null ? <p className="card empty">{t('choose_unit')}</p> : units && <UnitPage key={id} id={id} unit={unit} units={units} />}
      </div>
    </div>
  )
}

function UnitPage({ id, unit, units }: { readonly id: string, readonly unit: Unit | null, readonly units: readonly Unit[] }) {
  const t = useWords(words), c = useWords(common), history = useUnitHistory(id)
  const above = units.find(each => each.id === unit?.parent)
  const failed = stopOf(history)
  return (
    <div className="unit-page">
      {unit ? (
        <section className="card" aria-labelledby="unit-name">
          <div className="card-head"><h2 id="unit-name">{unit.name}</h2><span className="mono">{unit.code}</span>{unit.department && <span className="tag">{t('department')}</span>}</div>
          <dl className="card-body facts">
            <div><dt>{t('unit_above')}</dt><dd>{above ? <Link to={`/admin/units/${above.id}`}>{above.name}</Link> : t('at_top')}</dd></div>
            <div><dt>{t('leader')}</dt><dd>{unit.leader ? <Link to={`/admin/people/${unit.leader.id}`}>{unit.leader.name}</Link> : t('nobody_leads')}</dd></div>
            <div><dt>{t('region')}</dt><dd>{unit.region ?? '—'}</dd></div>
          </dl>
        </section>
      ) : <p className="notice">{t(history.data?.length === 0 ? 'no_such_unit' : 'unit_closed')}</p>}
      {unit && (
        <>
          <section className="card" aria-labelledby="unit-people"><div className="card-head"><h2 id="unit-people">{t('unit_people')}</h2></div><PeopleTable filter={{ search: '', unit: id, role: null, state: 'active' }} /></section>
          <section className="card" aria-labelledby="unit-posts"><div className="card-head"><h2 id="unit-posts">{t('unit_posts')}</h2><small className="hint">{t('unit_posts_note')}</small></div><PeopleTable filter={{ search: '', unit: null, post_in: id, role: null, state: 'active' }} /></section>
        </>
      )}
      {failed ? <PageFailure error={failed} retry={() => void history.refetch()} /> : history.data ? <Events events={history.data} /> : <p className="card card-body" aria-busy="true">{c('loading')}</p>}
    </div>
  )
}
