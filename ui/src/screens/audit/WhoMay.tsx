/** Who may read, change or delete a record, and by which rule: the answer of the plans that decide it. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { get } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import type { AsOf, Entitled, Explained, Reason } from './types'
import { words } from './words'
import type { Page } from '../../kernel/api/types'

const ACTIONS = ['read', 'update', 'delete'] as const
type Action = (typeof ACTIONS)[number]
const SEEN = { clear: 'tag-ok', masked: 'tag-warning', nothing: '' } as const

interface WhoMayProps { readonly app: string, readonly entity: string, readonly id: string, readonly on?: string | null, readonly field?: string | null }

export function WhoMay({ app, entity, id, on = null, field = null }: WhoMayProps) {
  const t = useWords(words), label = useLabel()
  const [action, setAction] = useState<Action>('read'), [person, setPerson] = useState<string | null>(null)
  const path = `/api/access/${app}/${entity}/${id}`
  const answer = useInfiniteQuery({
    queryKey: ['access', path, action, on, field],
    queryFn: ({ pageParam, signal }) => get<Page<Entitled> & { readonly as_of: AsOf | null }>(path, { query: { action, on, field, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
  })
  const people = answer.data?.pages.flatMap(page => page.items), asOf = answer.data?.pages[0]?.as_of
  const choose = (next: Action) => { setAction(next); setPerson(null) }
  return (
    <section className="who-may" aria-label={t('who_may')}>
      <Segmented size="small" aria-label={t('who_may')} value={action} onChange={choose} options={ACTIONS.map(value => ({ value, label: t(`may_${value}`) }))} />
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      <ul aria-busy={answer.isFetching}>
        {people?.map(each => (
          <li key={each.person.id}>
            <button type="button" className="link" aria-expanded={person === each.person.username} onClick={() => setPerson(person === each.person.username ? null : each.person.username)}>{each.person.name}</button>
            {each.field && <span className={`tag ${SEEN[each.field.shows]}`}>{t(`sees_${each.field.shows}`)}</span>}
            <span className="quiet small"> {[each.person.unit, each.by.map(by => label(by.label)).join(t('comma'))].filter(Boolean).join(' · ')}</span>
            {person === each.person.username && <Why path={path} action={action} person={person} on={on} full={`/admin/access?${new URLSearchParams({ record: `/app/${app}/${entity}/${id}`, person, action, ...(on ? { on } : {}) }).toString()}`} />}
          </li>
        ))}
      </ul>
      {asOf && <AsOfNote asOf={asOf} />}
      {people?.length === 0 && !answer.hasNextPage && <p className="quiet small">{t('nobody_may')}</p>}
      {answer.hasNextPage && <button type="button" className="link" onClick={() => void answer.fetchNextPage()}>{t('more_people')}</button>}
    </section>
  )
}

/** What of an answer about a past day is of that day, and what of today. */
export function AsOfNote({ asOf }: { readonly asOf: AsOf }) {
  const t = useWords(words)
  return <p className="hint small" role="note">{asOf.release === null ? t('not_live_then') : t('as_of', { release: asOf.release })}</p>
}

function Why({ path, action, person, on, full }: { readonly path: string, readonly action: Action, readonly person: string, readonly on: string | null, readonly full: string }) {
  const t = useWords(words), label = useLabel()
  const answer = useQuery({ queryKey: ['access', path, action, person, on], queryFn: ({ signal }) => get<Explained>(path, { query: { action, person, on }, signal }) })
  if (answer.error) return <Failure error={answer.error} />
  if (!answer.data) return <p className="grey" aria-busy="true" />
  const found = answer.data
  const named = (shows: 'masked' | 'nothing') => found.fields.filter(each => each.shows === shows && !each.field.includes('.')).map(each => label(each.label)).join(t('comma'))
  const masked = named('masked'), hidden = named('nothing')
  return (
    <dl className="who-why small">
      {found.reasons.map(reason => <Rule key={reason.role} reason={reason} said={t(reason.holds ? 'rule_holds' : 'rule_fails')} />)}
      {found.denied_by.map(reason => <Rule key={`deny ${reason.role}`} reason={reason} said={t('rule_denies')} />)}
      {masked && <div><dt>{t('masked')}</dt><dd>{masked}</dd></div>}
      {hidden && <div><dt>{t('hidden')}</dt><dd>{hidden}</dd></div>}
      <div><dt className="sr">{t('all_reasons')}</dt><dd><Link className="link" to={full}>{t('all_reasons')}</Link></dd></div>
    </dl>
  )
}

function Rule({ reason, said }: { readonly reason: Reason, readonly said: string }) {
  const t = useWords(words), label = useLabel()
  return <div><dt>{label(reason.label)}</dt><dd><code>{reason.rule ?? t('every_row')}</code> {said}</dd></div>
}
