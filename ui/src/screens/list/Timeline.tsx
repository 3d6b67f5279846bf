/** A list as bars from a first to a last day over three months; what has no last day goes on. */
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import type { ColumnScreen, Page, RecordWire } from '../../kernel/api/types'
import { addMonths, monthEnd, toNumber } from '../../kernel/expr/dates'
import { dayIn, showDay } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useCardTitle } from './card'
import { overlapping, whereOf } from './data'
import { columnsOf, selectOf, type ListParts } from './fields'
import { both } from './sentence'
import type { ListState } from './state'
import { words } from './words'

const MOST = 200, MONTHS = 3

interface TimelineProps { readonly parts: ListParts, readonly state: ListState, readonly from: ColumnScreen, readonly to: ColumnScreen }

export function Timeline({ parts, state, from, to }: TimelineProps) {
  const t = useWords(words), locale = useLocale(), now = useNow(), me = useMe().data
  const { screens: { app, timezone: zone }, list } = parts
  const today = me?.business_date ?? dayIn(now.toISOString(), zone)
  const [chosen, setFirst] = useState<string | null>(null)
  const first = chosen ?? addMonths(`${today.slice(0, 7)}-01`, -1) ?? today, last = monthEnd(addMonths(first, MONTHS - 1) ?? first)
  const query = { where: both(whereOf(parts, state), overlapping(from, to, first, last)), order: from.path, search: state.search, segment: state.segment, select: selectOf(parts, []), limit: MOST, titles: true }
  const answer = useQuery({ queryKey: ['list', app, list.entity, query], queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', app, list.entity), { query, signal }) })
  const title = useCardTitle(list, columnsOf(parts), zone)
  const start = toNumber(first), length = toNumber(last) - start + 1
  const dayAt = (record: RecordWire, column: ColumnScreen): string | null => {
    const value = record[column.path]
    return typeof value === 'string' && value !== '' ? (column.type === 'datetime' ? dayIn(value, zone) : value) : null
  }
  const share = (iso: string, end: boolean) => (Math.min(Math.max(toNumber(iso) - start + (end ? 1 : 0), 0), length) / length) * 100
  const months = Array.from({ length: MONTHS }, (_, at) => addMonths(first, at) ?? first)
  const within = today >= first && today <= last
  return (
    <div className="timeline-view">
      <div className="calendar-head">
        <h2 aria-live="polite">{first.slice(0, 7)} – {last.slice(0, 7)}</h2>
        <Button size="small" onClick={() => setFirst(addMonths(first, -1))}><span aria-hidden="true">‹ </span>{t('month_before')}</Button>
        <Button size="small" onClick={() => setFirst(null)}>{t('today')}</Button>
        <Button size="small" onClick={() => setFirst(addMonths(first, 1))}>{t('month_after')}<span aria-hidden="true"> ›</span></Button>
        {answer.data?.next && <span className="hint small">{t('only_some', { count: MOST })}</span>}
      </div>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      <div className="timeline-months" aria-hidden="true"><span /><div className="timeline-track">{months.map(month => <small key={month} className="timeline-month hint" style={{ left: `${share(month, false)}%` }}>{month.slice(0, 7)}</small>)}</div></div>
      <ul className="timeline-rows" aria-busy={answer.isFetching}>
        {(answer.data?.items ?? []).map(record => {
          const begin = dayAt(record, from) ?? first, end = dayAt(record, to), left = share(begin, false)
          const said = `${showDay(begin, locale)} – ${end ? showDay(end, locale) : t('open_end')}`
          return (
            <li key={record.id}>
              <span className="timeline-name"><Link className="cut" to={`/app/${app}/${list.entity}/${record.id}`}>{title(record)}</Link><small className="hint">{said}</small></span>
              <div className="timeline-track" aria-hidden="true">
                {within && <span className="timeline-today" style={{ left: `${share(today, false)}%` }} />}
                <span className={`timeline-bar ${end === null ? 'is-open' : ''}`} style={{ left: `${left}%`, width: `${Math.max((end === null ? 100 : share(end, true)) - left, 0.6)}%` }} />
              </div>
            </li>
          )
        })}
        {answer.data?.items.length === 0 && <li className="quiet">{t('empty_span')}</li>}
      </ul>
    </div>
  )
}
