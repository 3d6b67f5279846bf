/** Where a person stands: who leads him, along the line and along dotted lines, what he leads, up to which amounts. */
import { Link } from 'react-router'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { shownOf, leaderOf } from './held'
import { useRoles, useUnits } from './queries'
import type { PersonPage } from './types'
import { words } from './words'

export function Standing({ person }: { readonly person: PersonPage }) {
  const t = useWords(words), label = useLabel(), roles = useRoles().data, units = useUnits().data ?? []
  const leader = leaderOf(person, units)
  const dotted = [...new Map(shownOf(person.posts, 'now').filter(each => each.state === 'holds' && each.unit.id !== person.unit?.id).map(each => [each.unit.id, each.unit])).values()]
  return (
    <section className="card" aria-labelledby="standing">
      <div className="card-head"><h2 id="standing">{t('standing')}</h2></div>
      <dl className="card-body facts">
        <div><dt>{t('led_by')}</dt><dd>{leader ? <><Link to={`/admin/people/${leader.leader.id}`}>{leader.leader.name}</Link> · {leader.unit.name}</> : t('led_by_none')}</dd></div>
        {dotted.length > 0 && (
          <div><dt>{t('dotted')}</dt><dd>{dotted.map(unit => <span key={unit.id} className="line">{t('dotted_to', { unit: unit.name ?? '', leader: units.find(each => each.id === unit.id)?.leader?.name ?? t('nobody_leads') })}</span>)}</dd></div>
        )}
        <div><dt>{t('leads')}</dt><dd>{person.leads.length === 0 ? t('leads_none') : person.leads.map(unit => <Link key={unit.id} className="line" to={`/admin/units/${unit.id}`}>{unit.name}</Link>)}</dd></div>
        {person.limits.length > 0 && <div><dt>{t('limits')}</dt><dd>{person.limits.map(each => <span key={each.app} className="line">{label(roles?.find(app => app.app === each.app)?.label) || each.app} · {group(each.amount, 2)}</span>)}</dd></div>}
      </dl>
    </section>
  )
}
