/** Why a person may or may not do something with a record: roles, rules and denials one after the other, then the fields. */
import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { showDay } from '../../kernel/format/dates'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { AsOfNote } from '../audit/WhoMay'
import type { Explained, FieldSeen, Reason } from '../audit/types'
import { useRoles } from '../organisation/queries'
import type { Place } from './place'
import { words } from './words'

export type Action = 'read' | 'update' | 'delete'
interface ExplanationProps { readonly place: Place, readonly person: string, readonly action: Action, readonly on: string | null }

/** The name of a role of an app in words; what is no role, such as open work, is named by its reason. */
function useRoleName(app: string, reasons: readonly Reason[] | undefined): (role: string) => string {
  const label = useLabel(), roles = useRoles().data?.find(each => each.app === app)?.roles
  return role => label((roles?.find(each => each.role === role) ?? reasons?.find(each => each.role === role))?.label) || role
}

export function Explanation({ place, person, action, on }: ExplanationProps) {
  const t = useWords(words), c = useWords(common), locale = useLocale()
  const answer = useQuery({
    queryKey: ['access', 'explained', place, person, action, on],
    queryFn: ({ signal }) => get<Explained>(path('api', 'access', place.app, place.entity, place.id), { query: { person, action, on }, signal }),
  })
  const named = useRoleName(place.app, answer.data?.reasons)
  if (answer.error) return <div className="card card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>
  const found = answer.data
  if (!found) return <div className="card card-body" aria-busy="true"><span className="grey" /></div>
  return (
    <>
      <section className="card" aria-labelledby="explained">
        <div className="card-head">
          <h2 id="explained">{found.person.name} · {t(action)}</h2><small className="hint grow">{[found.person.username, found.person.unit].filter(Boolean).join(' · ')}</small>
          <span role="status" className={`tag ${found.may ? 'tag-ok' : 'tag-seal'}`}>{t(found.may ? 'may' : 'may_not')}</span>
        </div>
        <ol className="card-body events">
          <li className={`trail-row ${found.roles.length > 0 ? '' : 'trail-now'}`}><p><b>{on ? t('on_day', { day: showDay(on, locale) }) : t('roles_now')}</b></p><p>{found.roles.length > 0 ? found.roles.map(named).join(c('separator')) : t('no_roles')}</p></li>
          {found.reasons.map(reason => <Rule key={reason.role} reason={reason} text={t(reason.holds ? 'holds' : 'fails')} tone={reason.holds ? 'tone-ok' : 'trail-now'} />)}
          {found.reasons.length === 0 && <li className="trail-row trail-now"><p>{t('no_reason')}</p></li>}
          {found.denied_by.map(reason => <Rule key={`deny ${reason.role}`} reason={reason} text={t('denies')} tone="tone-seal" />)}
          {found.may && <li className="trail-row tone-ok"><p>{t('no_denial')}</p></li>}
        </ol>
        {found.as_of && <div className="card-body"><AsOfNote asOf={found.as_of} /></div>}
        <p className="card-foot"><Link to={`/admin/people/${found.person.id}${on ? `?on=${on}` : ''}`}>{t('person_page')}</Link></p>
      </section>
      {found.fields.length > 0 && <Fields fields={found.fields} named={named} whoSees={field => `/admin/access?${new URLSearchParams({ record: `/app/${place.app}/${place.entity}/${place.id}`, field, ...(on ? { on } : {}) }).toString()}`} />}
    </>
  )
}

function Rule({ reason, text, tone }: { readonly reason: Reason, readonly text: string, readonly tone: string }) {
  const t = useWords(words), label = useLabel()
  return <li className={`trail-row ${tone}`}><p><b>{label(reason.label)}</b> <code>{reason.rule ?? t('all_rows')}</code></p><p className="quiet small">{text}</p></li>
}

const TONES = { clear: 'tag-ok', masked: 'tag-warning', nothing: '' } as const

interface FieldsProps { readonly fields: readonly FieldSeen[], readonly named: (role: string) => string, readonly whoSees: (field: string) => string }

/** How each field is seen, whether it may be entered, by which roles, and the way to everybody who sees it. */
function Fields({ fields, named, whoSees }: FieldsProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), [typed, setTyped] = useState('')
  const text = typed.trim().toLowerCase(), shown = fields.filter(each => `${label(each.label)} ${each.field}`.toLowerCase().includes(text))
  return (
    <section className="card" aria-labelledby="fields">
      <div className="card-head"><h2 id="fields" className="grow">{t('fields')}</h2><Input className="access-find" value={typed} allowClear aria-label={t('find_field')} placeholder={t('find_field')} onChange={event => setTyped(event.target.value)} /></div>
      {shown.length === 0 ? <p className="card-body quiet">{t('no_field')}</p> : (
        <div className="table-scroll stack-scroll" tabIndex={0} role="region" aria-label={t('fields')}>
          <table className="table stack">
            <caption className="sr">{t('fields')}</caption>
            <thead><tr><th scope="col">{t('field')}</th><th scope="col">{t('shows')}</th><th scope="col">{t('writes')}</th><th scope="col">{t('by')}</th><th scope="col"><span className="sr">{t('who_sees')}</span></th></tr></thead>
            <tbody>
              {shown.map(each => (
                <tr key={each.field}>
                  <th scope="row">{label(each.label)} <small className="hint mono">{each.field}</small></th>
                  <td><span className={`tag ${TONES[each.shows]}`}>{t(each.shows)}</span></td>
                  <td>{each.writes ? t('writes') : '—'}</td>
                  <td>{each.by.map(named).join(c('separator')) || '—'}</td>
                  <td><Link className="link" to={whoSees(each.field)} aria-label={t('who_sees_field', { field: label(each.label) })}>{t('who_sees')}</Link></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
