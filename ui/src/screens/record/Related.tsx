/** Records of another entity that point here: the first few, asked for when the panel comes into view. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { get, path } from '../../kernel/api/client'
import type { Page, PanelScreen, RecordWire, Screens } from '../../kernel/api/types'
import { titleFields } from '../../kernel/format/template'
import { isFigure } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useNoun } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { Cell, cellClass } from '../../widgets/Cell'
import { both, expressionOf } from '../list/sentence'
import { words } from './words'

type RelatedScreen = Extract<PanelScreen, { kind: 'related' }>
const ROWS = 5

/** Whether an element has come near the window, once. */
function useSeen() {
  const place = useRef<HTMLElement>(null), [seen, setSeen] = useState(false)
  useEffect(() => {
    if (!place.current) return
    const watch = new IntersectionObserver(entries => {
      if (!entries.some(entry => entry.isIntersecting)) return
      setSeen(true)
      watch.disconnect()
    }, { rootMargin: '200px' })
    watch.observe(place.current)
    return () => watch.disconnect()
  }, [])
  return { place, seen }
}

export function Related({ screens, panel, id }: { readonly screens: Screens, readonly panel: RelatedScreen, readonly id: string }) {
  const t = useWords(words), label = useLabel(), noun = useNoun()
  const { place, seen } = useSeen()
  const { app, timezone: zone, entities } = screens, entity = entities[panel.entity]
  const link = expressionOf([{ path: panel.by, operator: 'eq', values: [id] }], () => 'reference'), where = both(link, panel.where ?? '')
  const select = [...new Set([...panel.columns.map(column => column.path), ...titleFields(entity?.title ?? '')])].join(',')
  const answer = useQuery({
    queryKey: ['related', app, panel.entity, where, panel.order, select],
    queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', app, panel.entity), { query: { where, order: panel.order.join(','), select, limit: ROWS, count: 'exact', titles: true }, signal }),
    enabled: seen,
  })
  const records = answer.data?.items, list = entity?.list
  const name = label(panel.label)
  return (
    <section ref={place} className="card panel" aria-labelledby={`panel-${panel.name}`}>
      <div className="card-head">
        <h2 id={`panel-${panel.name}`}>{name}</h2>
        {typeof answer.data?.count === 'number' && <small className="hint">{answer.data.count}</small>}
        <span className="grow" />
        {list && <Link className="panel-all" to={`/app/${app}/list/${list}?${new URLSearchParams({ where }).toString()}`} aria-label={`${t('all')} ${name}`}>{t('all')}</Link>}
      </div>
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {!records && !answer.error && <div className="card-body panel-grey"><span className="grey" /><span className="grey" /></div>}
      {records?.length === 0 && <p className="card-body quiet">{t('related_none', { label: noun(panel.label) })}</p>}
      {records && records.length > 0 && (
        <div className="panel-scroll">
          <table className="table">
            <caption className="sr">{name}</caption>
            <thead><tr>{panel.columns.map(column => <th key={column.path} scope="col" className={isFigure(column.type) && !column.masked ? 'num' : ''}>{label(column.label)}</th>)}</tr></thead>
            <tbody>
              {records.map(record => (
                <tr key={record.id}>
                  {panel.columns.map((column, at) => (at === 0
                    ? <th key={column.path} scope="row" className={cellClass(column)}><Link className="row-link" to={`/app/${app}/${panel.entity}/${record.id}`}><Cell column={column} record={record} zone={zone} /></Link></th>
                    : <td key={column.path} className={cellClass(column)}><Cell column={column} record={record} zone={zone} /></td>))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
