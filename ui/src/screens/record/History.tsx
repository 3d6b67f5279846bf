/** What happened to a record, newest first, grouped by how long ago. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import { keys } from '../../kernel/api/queries'
import type { EntityScreen, HistoryEntry, Page, Screens } from '../../kernel/api/types'
import { clock, dayIn, showInstant } from '../../kernel/format/dates'
import { textOf, useShow } from '../../kernel/format/value'
import { useWords, type Say } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useNow } from '../../kernel/now'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { words } from './words'

type Word = keyof typeof words.entries
const KINDS: ReadonlySet<string> = new Set(Object.keys(words.entries))
/** `record_updated` and `updated` are one kind in one word; an unknown one is shown as it is called. */
const kindWord = (t: Say<Word>, kind: string): string => {
  const short = kind.replace(/^(record|process|case)_/, '')
  return KINDS.has(short) ? t(short as Word) : short.replaceAll('_', ' ')
}
const markOf = (kind: string): Word => (kind.includes('created') ? 'created_mark' : /updated|changed/.test(kind) ? 'updated_mark' : 'other_mark')

function Row({ entry, entity, zone, today }: { readonly entry: HistoryEntry, readonly entity: EntityScreen, readonly zone: string, readonly today: boolean }) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), show = useShow(zone), now = useNow()
  const text = (name: string, value: HistoryEntry['changes'][number]['before']): string => {
    const field = entity.fields[name]
    return (field ? show({ ...field, masked: field.readable === 'masked' }, value) : textOf(value)) || t('empty_value')
  }
  return (
    <li className="history-row">
      <span className="history-mark" aria-hidden="true">{t(markOf(entry.kind))}</span>
      <p className="trail-line"><b className="grow">{kindWord(t, entry.kind)}</b><time className="hint small" dateTime={entry.at}>{today ? clock(entry.at, zone) : showInstant(entry.at, locale, now, zone)}</time></p>
      <p className="hint small">{[entry.actor?.name ?? c('system_actor'), entry.version !== null && t('version', { version: entry.version })].filter(Boolean).join(' · ')}</p>
      {entry.changes.length > 0 && (
        <ul className="history-changes">
          {entry.changes.map(change => <li key={change.field}><span className="quiet">{label(change.label)}</span> {text(change.field, change.before)} <span aria-hidden="true">→</span> <b>{text(change.field, change.after)}</b></li>)}
        </ul>
      )}
      {entry.reason && <p className="small quiet">{t('reason', { reason: entry.reason })}</p>}
    </li>
  )
}

export function History({ screens, entity, id }: { readonly screens: Screens, readonly entity: EntityScreen, readonly id: string }) {
  const t = useWords(words)
  const { app, timezone: zone } = screens
  const answer = useInfiniteQuery({
    queryKey: keys.history(app, entity.name, id),
    queryFn: ({ pageParam, signal }) => get<Page<HistoryEntry>>(path('api', app, entity.name, id, 'history'), { query: { cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
  })
  const entries = answer.data?.pages.flatMap(page => page.items)
  const now = useNow(), today = dayIn(now.toISOString(), zone), month = today.slice(0, 7)
  const groupOf = (entry: HistoryEntry): 'today' | 'month' | 'earlier' => {
    const day = dayIn(entry.at, zone)
    return day === today ? 'today' : day.startsWith(month) ? 'month' : 'earlier'
  }
  return (
    <section className="card history" aria-labelledby="history">
      <div className="card-head"><h2 id="history">{t('history')}</h2></div>
      <div className="card-body">
        {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
        {!entries && !answer.error && <div className="panel-grey"><span className="grey" /><span className="grey" /><span className="grey" /></div>}
        {entries?.length === 0 && <p className="quiet">{t('history_none')}</p>}
        {(['today', 'month', 'earlier'] as const).map(group => {
          const rows = entries?.filter(entry => groupOf(entry) === group) ?? []
          return rows.length > 0 && (
            <div key={group}>
              <h3 className="history-group">{t(group)}</h3>
              <ol>{rows.map((entry, at) => <Row key={`${entry.at} ${entry.kind} ${at}`} entry={entry} entity={entity} zone={zone} today={group === 'today'} />)}</ol>
            </div>
          )
        })}
        {answer.hasNextPage && <button type="button" className="link" onClick={() => void answer.fetchNextPage()}>{t('more')}</button>}
      </div>
    </section>
  )
}
