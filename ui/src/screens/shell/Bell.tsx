/** What this person was told beside the to-do list: the bell with the count of what is unread, and the notices behind it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Popover } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { get, path, post } from '../../kernel/api/client'
import { keys } from '../../kernel/api/queries'
import type { Me, Notice, NoticePage } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { outcomeText } from '../parts/kinds'
import { notices as words } from './words'

const KEY = ['notices'] as const

export function Bell({ me }: { readonly me: Me }) {
  const t = useWords(words)
  const [open, setOpen] = useState(false)
  const unread = me.unread_notices
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" arrow={false} destroyOnHidden content={<Notices close={() => setOpen(false)} />}>
      <button type="button" className="bell" aria-expanded={open} aria-label={unread > 0 ? t('bell_count', { count: unread }) : t('bell')}>
        <svg width="18" height="18" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true" focusable="false">
          <path d="M8 2a4 4 0 0 0-4 4v3l-1.5 2.5h11L12 9V6a4 4 0 0 0-4-4z M6.5 13.5h3" />
        </svg>
        {unread > 0 && <span className="badge" aria-hidden="true">{unread > 99 ? '99+' : unread}</span>}
      </button>
    </Popover>
  )
}

function Notices({ close }: { readonly close: () => void }) {
  const t = useWords(words), client = useQueryClient()
  const answer = useQuery({ queryKey: KEY, queryFn: ({ signal }) => get<NoticePage>('/api/notices', { signal }), staleTime: 0 })
  const read = useMutation({
    mutationFn: (id: string | null) => post(id === null ? '/api/notices/read' : path('api', 'notices', id, 'read'), {}),
    onSuccess: () => {
      for (const key of [KEY, keys.me]) void client.invalidateQueries({ queryKey: key })
    },
  })
  const items = answer.data?.items
  return (
    <section className="notices" aria-labelledby="notices">
      <div className="notices-head">
        <h2 id="notices" className="grow">{t('bell')}</h2>
        {(answer.data?.unread ?? 0) > 0 && <button type="button" className="link" aria-busy={read.isPending} onClick={() => read.mutate(null)}>{t('read_all')}</button>}
      </div>
      {(answer.error ?? read.error) && <Failure error={answer.error ?? read.error} />}
      {items?.length === 0 && <p className="quiet">{t('none')}</p>}
      {items && items.length > 0 && (
        <ul className="told-list">
          {items.map(notice => <li key={notice.id}><Row notice={notice} open={() => { if (!notice.read) read.mutate(notice.id); close() }} /></li>)}
        </ul>
      )}
    </section>
  )
}

/** A notice of a review leads into the builder, which is a page of its own. */
const isOfReview = (notice: Notice) => notice.kind === 'published' || notice.kind === 'not_published'
const addressOf = (notice: Notice): string => (notice.kind === 'export_waits' ? `/app/${notice.app}/exports/${notice.entity}` : notice.kind === 'import_waits' ? `/app/${notice.app}/imports/${notice.entity}/${notice.record_id}` : notice.kind === 'emergency' ? '/break-glass' : notice.kind === 'webhook_stopped' ? `/admin/webhooks/${notice.record_id}` : notice.task_id ? `/tasks/${notice.task_id}` : `/app/${notice.app}/${notice.entity}/${notice.record_id}`)

function Row({ notice, open }: { readonly notice: Notice, readonly open: () => void }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow()
  const detail = notice.kind === 'finished' && notice.detail ? outcomeText(notice.detail) : notice.detail
  const said = notice.kind in words.entries ? t(notice.kind as 'overdue') : notice.kind
  const className = notice.read ? 'told' : 'told told-new'
  const text = (
    <>
      <span className="told-line"><strong>{said}</strong><span className="grow" /><span className="hint small">{showInstant(notice.at, locale, now)}</span></span>
      <span>{notice.record_title} · {label(notice.title)}</span>
      {(detail || notice.actor) && <span className="hint small">{[notice.actor?.name, detail].filter(Boolean).join(' · ')}</span>}
      {!notice.read && <span className="sr">{t('unread')}</span>}
    </>
  )
  if (isOfReview(notice)) return <a href={`/builder/reviews/${notice.record_id}`} className={className} onClick={open}>{text}</a>
  return <Link to={addressOf(notice)} className={className} onClick={open}>{text}</Link>
}
