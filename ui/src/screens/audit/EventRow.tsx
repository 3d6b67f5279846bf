/** One event: a row, and below it, when open, what exactly it says. */
import { useState } from 'react'
import { Link } from 'react-router'
import { showDay, dayIn } from '../../kernel/format/dates'
import { textOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import type { Screens, Wire } from '../../kernel/api/types'
import { changesOf, restOf, type AuditEvent } from './types'
import { kindText, kindTone } from '../parts/kinds'
import { TitleOf } from '../../widgets/TitleOf'
import { WhoMay } from './WhoMay'
import { words } from './words'

/** A hash by its ends; the whole stands in the details. */
const short = (hash: string): string => (hash.length > 16 ? `${hash.slice(0, 4)}…${hash.slice(-4)}` : hash)

/** Seconds matter in a trail. */
function exactTime(at: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(at))
}

interface EventRowProps { readonly event: AuditEvent, readonly screens: readonly Screens[], readonly open: boolean, readonly toggle: () => void }

export function EventRow({ event, screens, open, toggle }: EventRowProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale()
  const entity = screens.find(each => each.app === event.app)?.entities[event.entity ?? '']
  const time = exactTime(event.at), who = event.actor.id === null || event.actor.id === 'system' ? c('system_actor') : event.actor.name ?? event.actor.id, what = kindText(event.kind, event.body['decision'])
  const channel = `channel_${event.channel}`
  const object = [entity ? label(entity.label) : event.entity, event.record_title ?? event.record_id?.slice(-8)].filter(Boolean).join(' ')
  return (
    <>
      <tr className={open ? 'event-open' : ''}>
        <th scope="row"><button type="button" className="event-button mono" aria-expanded={open} onClick={toggle}><span className="hint">{showDay(dayIn(event.at), locale)}</span> {time}<span className="sr"> {t('expand', { who, what })}</span></button></th>
        <td><b>{who}</b></td>
        <td><span className={`tag ${kindTone(event.kind)}`}>{what}</span></td>
        <td>{entity && event.record_id ? <Link to={`/app/${event.app}/${event.entity}/${event.record_id}`}>{object}</Link> : object || <span className="hint">—</span>}</td>
        <td>{channel in words.entries ? t(channel as 'channel_rest') : event.channel ?? '—'}</td>
        <td className="num mono">{event.leaf === null ? <span className="tag tag-warning">{t('waiting_seal')}</span> : short(String(event.leaf))}</td>
      </tr>
      {open && <tr className="event-detail"><td colSpan={6}><Detail event={event} screens={screens} /></td></tr>}
    </>
  )
}

function Detail({ event, screens }: { readonly event: AuditEvent, readonly screens: readonly Screens[] }) {
  const t = useWords(words), label = useLabel(), [asked, setAsked] = useState(false)
  const entity = screens.find(each => each.app === event.app)?.entities[event.entity ?? '']
  const changes = changesOf(event.body)
  // Of a personal value the trail keeps a digest only: it proves, and tells nothing.
  const side = (value: Wire): string => {
    const digest = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly digest?: string }).digest : undefined
    return digest === undefined ? textOf(value) || t('empty_value') : t('committed', { digest: digest.slice(0, 8) })
  }
  const bodyName = (name: string) => (`body_${name}` in words.entries ? t(`body_${name}` as 'body_reason') : name.replaceAll('_', ' '))
  const fieldName = (name: Wire) => label(entity?.fields[String(name)]?.label) || String(name)
  const facts = [
    [t('request'), event.request_id], [t('leaf'), event.leaf], [t('behalf'), event.on_behalf_of], [t('release'), event.app && [event.app, event.release].filter(Boolean).join(' · ')],
    [t('record_id'), event.record_id], [t('version'), event.record_version], ...restOf(event.body).map(([name, value]) => [bodyName(name), name === 'fields' && Array.isArray(value) ? value.map(fieldName).join(t('comma')) : textOf(value)] as const),
  ].filter(([, value]) => value !== null && value !== undefined && value !== '') as readonly (readonly [string, string | number])[]
  return (
    <div className="event-body">
      {changes.length > 0 && (
        <table className="event-changes">
          <thead><tr><th scope="col">{t('field')}</th><th scope="col">{t('before')}</th><th scope="col">{t('after')}</th></tr></thead>
          <tbody>{changes.map(change => <tr key={change.field}><th scope="row">{entity?.fields[change.field] ? label(entity.fields[change.field]?.label) : change.field}</th><td className="event-before">{side(change.before)}</td><td className="event-after">{side(change.after)}</td></tr>)}</tbody>
        </table>
      )}
      <dl className="event-facts">{event.unit && <div><dt>{t('unit')}</dt><dd><TitleOf app="org" entity="branch" id={event.unit} columns={['name']} /></dd></div>}{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd className="mono">{value}</dd></div>)}</dl>
      {event.app && event.entity && event.record_id && <div><button type="button" className="link" aria-expanded={asked} onClick={() => setAsked(!asked)}>{t('who_may')}</button>{asked && <WhoMay app={event.app} entity={event.entity} id={event.record_id} />}</div>}
    </div>
  )
}
