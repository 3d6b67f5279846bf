/** What was done to a person or a unit, newest first, with its reason; the trail itself has all of it. */
import type { ReactNode } from 'react'
import { showDay, showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { TitleOf } from '../../widgets/TitleOf'
import { kindText, kindTone } from '../parts/kinds'
import { periodOfGrant } from './held'
import { useRoles, useUnits } from './queries'
import type { OrganisationEvent } from './types'
import { changesOf, textIn } from './told'
import { words } from './words'

export function Events({ events }: { readonly events: readonly OrganisationEvent[] }) {
  const t = useWords(words)
  return (
    <section className="card" aria-labelledby="events">
      <div className="card-head"><h2 id="events">{t('history')}</h2></div>
      {events.length === 0 ? <p className="card-body quiet">{t('no_history')}</p> : <ol className="card-body events">{events.map(event => <Event key={event.id} event={event} />)}</ol>}
    </section>
  )
}

const tone = (kind: string) => ({ 'tag-ok': 'tone-ok', 'tag-seal': 'tone-seal', 'tag-warning': 'tone-warning' })[kindTone(kind)] ?? ''

function Event({ event }: { readonly event: OrganisationEvent }) {
  const t = useWords(words), c = useWords(common), locale = useLocale(), now = useNow(), reason = textIn(event.body, 'reason')
  return (
    <li className={`trail-row ${tone(event.kind)}`}>
      <p className="trail-line"><b className="grow"><span className="trail-kind">{kindText(event.kind)}</span></b><time className="hint small" dateTime={event.at}>{showInstant(event.at, locale, now)}</time></p>
      <Detail event={event} />
      <p className="hint small">{[event.actor.name ?? event.actor.id ?? c('system_actor'), reason && t('why', { reason })].filter(Boolean).join(' · ')}</p>
    </li>
  )
}

function Detail({ event: { kind, body } }: { readonly event: OrganisationEvent }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), roles = useRoles().data
  const role = textIn(body, 'role')
  if (role) {
    const app = roles?.find(each => each.app === body['app']), days = periodOfGrant({ from: textIn(body, 'from'), until: textIn(body, 'until') })
    const named = label(app?.roles.find(each => each.role === role)?.label) || role
    return <p>{[label(app?.label), named, kind === 'role_granted' && days.last && t('until', { day: showDay(days.last, locale) })].filter(Boolean).join(' · ')}</p>
  }
  const changes = changesOf(body)
  if (changes.length > 0) {
    return <ul>{changes.map(({ field, before, after }) => <li key={field}>{t(`field_${field}`)}<Colon /><Value field={field} value={before} /> → <Value field={field} value={after} /></li>)}</ul>
  }
  const unit = textIn(body, 'unit') ?? textIn(body, 'unit_id'), what = textIn(body, 'post') ?? textIn(body, 'group') ?? textIn(body, 'name') ?? textIn(body, 'username')
  const to = textIn(body, 'to')
  return (unit || what) && <p>{what}{unit && <> · <UnitNamed id={unit} /></>}{to && <> · {t('until', { day: showDay(to, locale) })}</>}</p>
}

function Colon() {
  return <>{useWords(common)('colon')}</>
}

function UnitNamed({ id }: { readonly id: string }): ReactNode {
  const unit = useUnits().data?.find(each => each.id === id)
  return unit ? unit.name : <TitleOf app="org" entity="branch" id={id} columns={['name']} />
}

function Value({ field, value }: { readonly field: string, readonly value: string | boolean | null }) {
  const t = useWords(words), c = useWords(common)
  if (value === null || value === '') return <>{t('nothing')}</>
  if (typeof value === 'boolean') return <>{field === 'active' ? t(value ? 'active' : 'shut_out') : c(value ? 'yes' : 'no')}</>
  if (field === 'unit' || field === 'parent') return <UnitNamed id={value} />
  if (field === 'leader') return <TitleOf app="org" entity="person" id={value} columns={['name']} />
  return <>{value}</>
}
