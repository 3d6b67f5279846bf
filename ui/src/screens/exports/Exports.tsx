/** Exports of an entity that need a second person: one's own, and those that one may release. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { useParams } from 'react-router'
import { get, path, post } from '../../kernel/api/client'
import { useScreens } from '../../kernel/api/queries'
import type { Page } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { takeReleased, type Act, type ExportRequest } from './data'
import { words } from './words'

export default function Exports() {
  const t = useWords(words), label = useLabel()
  const { app = '', entity: name = '' } = useParams()
  const screens = useScreens(app), entity = screens.data?.entities[name]
  const answer = useQuery({
    queryKey: ['exports', app, name],
    queryFn: ({ signal }) => get<Page<ExportRequest>>(path('api', app, name, 'exports'), { signal }),
  })
  const title = t('requests_of', { label: label(entity?.label) || name })
  useTitle(title)
  const failed = stopOf(screens, answer)
  if (failed) return <PageFailure error={failed} retry={() => { void screens.refetch(); void answer.refetch() }} />
  const items = answer.data?.items
  return (
    <div className="screen">
      <div className="screen-head"><h1>{title}</h1></div>
      <section className="card" aria-label={title} aria-busy={!items}>
        {items?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
        {items && items.length > 0 && (
          <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
            <table className="table">
              <caption className="sr">{title}</caption>
              <thead><tr><th scope="col">{t('who')}</th><th scope="col">{t('what')}</th><th scope="col">{t('note')}</th><th scope="col">{t('state')}</th><th scope="col">{t('acts')}</th></tr></thead>
              <tbody>{items.map(each => <Request key={each.id} app={app} entity={name} request={each} />)}</tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  )
}

function Request({ app, entity, request }: { readonly app: string, readonly entity: string, readonly request: ExportRequest }) {
  const t = useWords(words), locale = useLocale(), now = useNow(), client = useQueryClient(), id = useId()
  const [note, setNote] = useState('')
  const act = useMutation({
    mutationFn: async (word: Act) => (word === 'take' ? takeReleased(app, request.id) : void await post(path('api', app, 'exports', request.id, word), { body: { note } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['exports', app, entity] }),
  })
  return (
    <tr>
      <td>{request.asked_by?.name} · {showInstant(request.asked_at, locale, now)}</td>
      <td>{t('count', { count: request.rows, total: group(String(request.rows)), format: request.question.format })}<br /><code className="small">{request.question.where ?? t('all')}</code></td>
      <td>{[request.note, request.decision_note].filter(Boolean).join(' / ') || '—'}</td>
      <td>
        <span className={`tag ${request.state === 'released' ? 'tag-ok' : request.state === 'open' ? 'tag-warning' : ''}`}>{t(request.state)}</span>
        {request.decided_by && <small className="hint"> {request.decided_by.name}</small>}
        {request.until && <small className="hint"> {t('until', { time: showInstant(request.until, locale, now) })}</small>}
        {request.taken > 0 && <small className="hint"> {t('taken', { count: request.taken })}</small>}
      </td>
      <td>
        {request.can.includes('release') && <><label className="sr" htmlFor={id}>{t('note')}</label><Input id={id} size="small" value={note} maxLength={2000} placeholder={t('note')} onChange={event => setNote(event.target.value)} /></>}
        {request.can.map(word => (
          <Button key={word} size="small" type={word === 'release' || word === 'take' ? 'primary' : 'default'} aria-busy={act.isPending} onClick={() => { if (!act.isPending) act.mutate(word) }}>{t(word === 'take' ? 'file' : word)}</Button>
        ))}
        {act.error && <Failure error={act.error} />}
      </td>
    </tr>
  )
}
