/** A tile of a report: one figure, its chart with the figures beside it, or its table. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Suspense, lazy, useId } from 'react'
import { Link } from 'react-router'
import { CHARTS } from '../../charts'
import { get, path } from '../../kernel/api/client'
import type { ReportAnswer, ReportColumn } from '../../kernel/api/reports'
import type { Screens, TileBound, TileScreen, Values } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { textOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { ReportTable } from '../report/ReportTable'
import { drawingOf } from '../report/shape'
import { shareOf, totalOf } from './figure'
import { words } from './words'

// The figures are there before the drawing library is.
const ChartView = lazy(() => import('../report/ChartView'))

export function ReportTile({ screens, tile }: { readonly screens: Screens, readonly tile: TileScreen }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), show = useShow(screens.timezone), id = useId()
  const report = screens.reports[tile.report ?? '']
  const answer = useQuery<ReportAnswer>({
    queryKey: ['tile', screens.app, 'report', tile.report],
    queryFn: ({ signal }) => get<ReportAnswer>(path('api', screens.app, 'reports', tile.report ?? ''), { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: tile.refresh * 1000,
  })
  const data = answer.data, title = label(tile.label ?? report?.label), kind = data?.chart?.kind ?? ''
  const text = (column: ReportColumn, row: Values): string =>
    show({ type: column.type, options: column.choices ? { choices: column.choices } : {} }, row[column.name], data?.['_titles']?.[column.name]?.[textOf(row[column.name])]) || t('nothing')
  const list = report?.drill ? screens.lists[report.drill] : undefined
  const drawing = data && tile.show === 'chart' && CHARTS.has(kind) ? drawingOf(data, text) : null
  const isEmpty = data !== undefined && tile.show !== 'number' && data.rows.length === 0
  const table = data && !isEmpty && tile.show !== 'number' && <ReportTable app={screens.app} report={data} list={list} text={text} zone={screens.timezone} />
  return (
    <section className={`card tile tile-${tile.width} ${tile.show === 'number' ? 'tile-number' : ''}`} aria-labelledby={id} aria-busy={answer.isFetching}>
      <div className="card-head"><h2 id={id} className="grow">{title}</h2><Link to={`/app/${screens.app}/report/${tile.report}`} aria-label={t('open_of', { label: title })}>{t('open')}</Link></div>
      {answer.error && !data && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {!data && !answer.error && <div className="card-body"><span className="grey" /></div>}
      {data && tile.show === 'number' && <Total data={data} tile={tile} zone={screens.timezone} />}
      {isEmpty && <p className="card-body quiet">{t('none')}</p>}
      {drawing && !isEmpty && <Suspense fallback={<div className="chart" aria-busy="true" />}><ChartView kind={kind} drawing={drawing} measure={label(drawing.y.label)} title={title} zh={locale === 'zh'} /></Suspense>}
      {drawing && table ? <details><summary>{t('table')}</summary>{table}</details> : table}
      {tile.definition && <details><summary>{t('definition')}</summary><p className="small">{label(tile.definition)}</p></details>}
      <p className="tile-foot hint small">{[data && t('as_of', { time: showInstant(data.as_of, locale, new Date(answer.dataUpdatedAt), screens.timezone) }), tile.owner && t('owner', { owner: label(tile.owner) })].filter(Boolean).join(' · ')}</p>
    </section>
  )
}

function Total({ data, tile, zone }: { readonly data: ReportAnswer, readonly tile: TileScreen, readonly zone: string }) {
  const show = useShow(zone)
  const column = data.columns.find(each => each.name === tile.measure)
  const total = totalOf(data, tile.measure ?? ''), figure = (text: string) => (column ? show(column, text) : text)
  return (
    <div className="card-body">
      <p className="tile-figure">{total === null ? '—' : figure(total)}</p>
      <Bound of="target" data={data} total={total} bound={tile.target} figure={figure} />
      <Bound of="limit" data={data} total={total} bound={tile.limit} figure={figure} />
    </div>
  )
}

function Bound({ of, data, total, bound, figure }: { readonly of: 'target' | 'limit', readonly data: ReportAnswer, readonly total: string | null, readonly bound: TileBound | undefined, readonly figure: (text: string) => string }) {
  const t = useWords(words), found = shareOf(data, total, bound)
  if (!found) return null
  return (
    <>
      <progress className="tile-bound" max={100} value={Math.min(Number(found.share), 100)} aria-hidden="true" />
      <p className="small">{t(of, { bound: figure(found.bound), share: found.share })}{of === 'limit' && found.over && <> <span className="tag tag-seal">{t('over')}</span></>}</p>
    </>
  )
}
