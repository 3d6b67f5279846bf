/** What happened to a record, newest first, grouped by how long ago. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get, path } from '../../kernel/api/client'
import { keys } from '../../kernel/api/queries'
import type { EntityScreen, FieldScreen, HistoryEntry, Page, Screens, Wire } from '../../kernel/api/types'
import { isDay } from '../../kernel/expr/dates'
import { clock, dayIn, showInstant } from '../../kernel/format/dates'
import { textOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useNow } from '../../kernel/now'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { leadOf } from '../../widgets/lead'
import { TitleOf } from '../../widgets/TitleOf'
import { DayInput } from '../parts/DayInput'
import { kindText } from '../parts/kinds'
import { words } from './words'

const markOf = (kind: string): 'created_mark' | 'updated_mark' | 'other_mark' => (kind.includes('created') ? 'created_mark' : kind.includes('changed') ? 'updated_mark' : 'other_mark')

/** A value before or after, in the words of its field; a reference by its title. */
function Side({ value, field, screens }: { readonly value: Wire, readonly field: FieldScreen | undefined, readonly screens: Screens }) {
  const t = useWords(words), show = useShow(screens.timezone)
  const lead = field && leadOf(field, value, screens.app)
  if (lead) return <TitleOf {...lead} />
  return <>{(field ? show({ ...field, masked: field.readable === 'masked' }, value) : textOf(value)) || t('empty_value')}</>
}

/** A first version says what it was made of on demand only: all of it stands in the facts. */
function Changes({ entry, entity, screens }: { readonly entry: HistoryEntry, readonly entity: EntityScreen, readonly screens: Screens }) {
  const t = useWords(words), label = useLabel()
  if (entry.changes.length === 0) return null
  const isFirst = entry.changes.every(change => change.before === null)
  const rows = (
    <ul className="history-changes">
      {entry.changes.map(change => {
        const field = entity.fields[change.field]
        return (
          <li key={change.field}><span className="quiet">{label(change.label)}</span> {!isFirst && <><Side value={change.before} field={field} screens={screens} /> <span aria-hidden="true">→</span> </>}<b><Side value={change.after} field={field} screens={screens} /></b></li>
        )
      })}
    </ul>
  )
  return isFirst ? <details className="history-first"><summary>{t('fields', { count: entry.changes.length })}</summary>{rows}</details> : rows
}

interface RowProps { readonly entry: HistoryEntry, readonly entity: EntityScreen, readonly screens: Screens, readonly today: boolean }

function Row({ entry, entity, screens, today }: RowProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), now = useNow()
  const zone = screens.timezone
  const who = entry.actor === null || entry.actor.id === 'system' ? c('system_actor') : entry.actor.name
  return (
    <li className="history-row">
      <span className="history-mark" aria-hidden="true">{t(markOf(entry.kind))}</span>
      <p className="trail-line"><b className="grow">{kindText(entry.kind, entry.decision)}</b><time className="hint small" dateTime={entry.at}>{today ? clock(entry.at, zone) : showInstant(entry.at, locale, now, zone)}</time></p>
      <p className="hint small">{[who, entry.version !== null && t('version', { version: entry.version }), entry.moved_from && t('moved_from', { entity: label(entry.moved_from) })].filter(Boolean).join(' · ')}</p>
      <Changes entry={entry} entity={entity} screens={screens} />
      {entry.reason && <p className="small quiet">{t('reason', { reason: entry.reason })}</p>}
    </li>
  )
}

interface HistoryProps { readonly screens: Screens, readonly entity: EntityScreen, readonly id: string, readonly day: string, readonly choose: (day: string) => void }

/** `day` is the one of which the record is looked at, empty for now. */
export function History({ screens, entity, id, day, choose }: HistoryProps) {
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
    const on = dayIn(entry.at, zone)
    return on === today ? 'today' : on.startsWith(month) ? 'month' : 'earlier'
  }
  // What is not a day yet stands here until it is one.
  const [typed, setTyped] = useState<string | null>(null)
  const type = (text: string | null) => {
    const isPast = text === null || (isDay(text) && text <= today)
    setTyped(isPast ? null : text)
    if (isPast) choose(text ?? '')
  }
  return (
    <section className="card history" aria-labelledby="history">
      <div className="card-head">
        <h2 id="history">{t('history')}</h2><span className="grow" />
        <label className="hint small" htmlFor="past-day">{t('past_day')}</label>
        <span className="past-day"><DayInput id="past-day" value={typed ?? (day || null)} invalid={typed !== null && typed.length >= 10} change={type} /></span>
      </div>
      <div className="card-body">
        {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
        {!entries && !answer.error && <div className="panel-grey"><span className="grey" /><span className="grey" /><span className="grey" /></div>}
        {entries?.length === 0 && <p className="quiet">{t('history_none')}</p>}
        {(['today', 'month', 'earlier'] as const).map(group => {
          const rows = entries?.filter(entry => groupOf(entry) === group) ?? []
          return rows.length > 0 && (
            <div key={group}>
              <h3 className="history-group">{t(group)}</h3>
              <ol>{rows.map((entry, at) => <Row key={`${entry.at} ${entry.kind} ${at}`} entry={entry} entity={entity} screens={screens} today={group === 'today'} />)}</ol>
            </div>
          )
        })}
        {answer.hasNextPage && <button type="button" className="link" onClick={() => void answer.fetchNextPage()}>{t('more')}</button>}
      </div>
    </section>
  )
}
