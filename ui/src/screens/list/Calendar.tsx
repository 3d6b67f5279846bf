/** A list as a month: each record on its day; on a phone the days that have some, one under the other. */
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import type { ColumnScreen, Page, RecordWire } from '../../kernel/api/types'
import { addMonths, fromNumber, monthEnd, toNumber, weekday } from '../../kernel/expr/dates'
import { dayIn, showDay } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useCardTitle } from './card'
import { betweenDays, whereOf } from './data'
import { columnsOf, selectOf, type ListParts } from './fields'
import { both } from './sentence'
import type { ListState } from './state'
import { words } from './words'

const MOST = 200
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

interface CalendarProps { readonly parts: ListParts, readonly state: ListState, readonly day: ColumnScreen, readonly narrow: boolean }

export function Calendar({ parts, state, day, narrow }: CalendarProps) {
  const t = useWords(words), locale = useLocale(), now = useNow(), me = useMe().data
  const { screens: { app, timezone: zone }, list } = parts
  const today = me?.business_date ?? dayIn(now.toISOString(), zone)
  const [chosen, setFirst] = useState<string | null>(null)
  const first = chosen ?? `${today.slice(0, 7)}-01`, last = monthEnd(first)
  const go = (by: number) => setFirst(addMonths(first, by))
  const query = { where: both(whereOf(parts, state), betweenDays(day, first, last)), order: day.path, search: state.search, segment: state.segment, select: selectOf(parts, []), limit: MOST, titles: true }
  const answer = useQuery({ queryKey: ['list', app, list.entity, query], queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', app, list.entity), { query, signal }) })
  const title = useCardTitle(list, columnsOf(parts), zone)
  const on = new Map<string, RecordWire[]>()
  for (const record of answer.data?.items ?? []) {
    const value = String(record[day.path] ?? ''), at = day.type === 'datetime' ? dayIn(value, zone) : value
    on.set(at, [...(on.get(at) ?? []), record])
  }
  const entries = (iso: string) => (
    <ul>{(on.get(iso) ?? []).map(record => <li key={record.id}><Link className="cut" to={`/app/${app}/${list.entity}/${record.id}`}>{title(record)}</Link></li>)}</ul>
  )
  const start = toNumber(first) - weekday(first) + 1, weeks = Math.ceil((toNumber(last) - start + 1) / 7)
  return (
    <div className="calendar-view">
      <div className="calendar-head">
        <h2 aria-live="polite">{first.slice(0, 7)}</h2>
        <Button size="small" onClick={() => go(-1)}><span aria-hidden="true">‹ </span>{t('month_before')}</Button>
        <Button size="small" onClick={() => setFirst(null)}>{t('this_month')}</Button>
        <Button size="small" onClick={() => go(1)}>{t('month_after')}<span aria-hidden="true"> ›</span></Button>
        {answer.data?.next && <span className="hint small">{t('only_some', { count: MOST })}</span>}
      </div>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {narrow ? (
        <ol className="agenda" aria-busy={answer.isFetching}>
          {[...on.keys()].sort().map(iso => <li key={iso}><h3>{showDay(iso, locale)} {t(DAYS[weekday(iso) - 1] ?? 'mon')}</h3>{entries(iso)}</li>)}
          {answer.data?.items.length === 0 && <li className="quiet">{t('empty_month')}</li>}
        </ol>
      ) : (
        <table className="month" aria-busy={answer.isFetching}>
          <thead><tr>{DAYS.map(name => <th key={name} scope="col">{t(name)}</th>)}</tr></thead>
          <tbody>
            {Array.from({ length: weeks }, (_, week) => (
              <tr key={week}>
                {DAYS.map((name, at) => {
                  const iso = fromNumber(start + week * 7 + at) ?? ''
                  return <td key={name} className={iso < first || iso > last ? 'is-outside' : iso === today ? 'is-today' : ''}><time dateTime={iso} aria-current={iso === today ? 'date' : undefined}>{Number(iso.slice(8))}</time>{entries(iso)}</td>
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
