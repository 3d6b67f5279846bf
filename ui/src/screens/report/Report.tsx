/** A report under the reader's own rights: parameters, chart and table of the same rows. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Suspense, lazy, useState, type FormEvent } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useMe, useScreens } from '../../kernel/api/queries'
import type { ReportAnswer, ReportColumn } from '../../kernel/api/reports'
import type { FieldScreen, ReportScreen, Screens, Values, Wire } from '../../kernel/api/types'
import { clock, showInstant } from '../../kernel/format/dates'
import { textOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { useTitle } from '../../kernel/parts/title'
import { CHARTS } from '../../charts'
import { WIDGETS } from '../../widgets'
import { ReportTable } from './ReportTable'
import { PivotTable } from './PivotTable'
import { drawingOf, pivotOf } from './shape'
import { words } from './words'
import '../list/list.css'
import './report.css'

// The table is there before the drawing library is.
const ChartView = lazy(() => import('./ChartView'))

export default function Report() {
  const t = useWords(words)
  const { app = '', report: name = '' } = useParams()
  const screens = useScreens(app)
  const failed = stopOf(screens)
  if (failed) return <PageFailure error={failed} retry={() => void screens.refetch()} />
  if (!screens.data) return <div className="screen" aria-busy="true" />
  const report = screens.data.reports[name]
  if (!report) return <div className="screen"><div className="card empty"><h1>{t('gone')}</h1><p>{t('gone_text', { name })}</p></div></div>
  return <ReportPage key={`${app} ${name}`} screens={screens.data} report={report} />
}

/** The parameters of a report, each typed by the widget of its type; they stand in the URL. */
function Parameters({ screens, report, used }: { readonly screens: Screens, readonly report: ReportScreen, readonly used: Values }) {
  const t = useWords(words), label = useLabel()
  const [, setQuery] = useSearchParams()
  const [values, setValues] = useState<Readonly<Record<string, Wire>>>(() => used)
  const run = (event: FormEvent) => {
    event.preventDefault()
    // An emptied field is asked for as empty: without it the server would take the default again.
    setQuery(Object.fromEntries(report.parameters.map(({ name }) => [name, Array.isArray(values[name]) ? values[name].join(',') : textOf(values[name])])))
  }
  return (
    <form className="card report-parameters" aria-label={t('parameters')} onSubmit={run}>
      {report.parameters.map(({ name, label: text, type, widget, options }) => {
        const field: FieldScreen = { name, label: text, type, widget, required: false, readable: 'clear', writable: true, searchable: false, sortable: false, options }
        const { Input } = WIDGETS[widget] ?? WIDGETS['text'] ?? {}
        return Input && (
          <div key={name} className="report-parameter">
            <label id={`p-${name}-label`} htmlFor={`p-${name}`}>{label(text)}</label>
            <Input id={`p-${name}`} field={field} value={values[name] ?? null} change={value => setValues(before => ({ ...before, [name]: value }))} blur={() => undefined} invalid={false} describedBy={`p-${name}-label`} required={false} place={{ app: screens.app, zone: screens.timezone }} />
          </div>
        )
      })}
      <Button htmlType="submit" type="primary">{t('run')}</Button>
    </form>
  )
}

function ReportPage({ screens, report }: { readonly screens: Screens, readonly report: ReportScreen }) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), show = useShow(screens.timezone)
  const [query] = useSearchParams(), me = useMe().data
  const parameters = Object.fromEntries(report.parameters.filter(({ name }) => query.has(name)).map(({ name }) => [name, query.get(name)]))
  const answer = useQuery<ReportAnswer>({
    queryKey: ['report', screens.app, report.name, parameters],
    queryFn: ({ signal }) => get<ReportAnswer>(`${path('api', screens.app, 'reports', report.name)}?${new URLSearchParams(parameters as Record<string, string>).toString()}`, { signal }),
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })
  const data = answer.data
  const title = label(report.label)
  useTitle(title)
  const text = (column: ReportColumn, row: Values): string =>
    show({ type: column.type, options: column.choices ? { choices: column.choices } : {} }, row[column.name], data?.['_titles']?.[column.name]?.[textOf(row[column.name])]) || t(`nothing_${column.missing ?? 'unset'}`)
  const [plain, setPlain] = useState(false)
  const pivot = data ? pivotOf(data, text) : null
  const drawing = data && drawingOf(data, text), kind = data?.chart?.kind ?? ''
  const list = report.drill ? screens.lists[report.drill] : undefined
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{title}</h1>
        <span className="tag tag-brand">{[t('rights'), me?.unit?.name].filter(Boolean).join(' · ')}</span>
        {list && <span className="hint small">{t('drill_hint')}</span>}
        <span className="grow" />
        {data && <span className="quiet small" role="status">{t('as_of', { time: showInstant(data.as_of, locale, new Date(answer.dataUpdatedAt), screens.timezone) })}</span>}
        <Button aria-busy={answer.isFetching} onClick={() => void answer.refetch()}>{t('refresh')}</Button>
      </div>
      {report.parameters.length > 0 && data && <Parameters key={query.toString()} screens={screens} report={report} used={data.parameters ?? {}} />}
      {answer.error && data && <div className="notice" role="alert">{c('stale_list', { time: clock(data.as_of, screens.timezone) })}</div>}
      {answer.error && !data && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {!data && !answer.error && <div className="card card-body report-grey" aria-busy="true"><span className="grey" /><span className="grey" /><span className="grey" /></div>}
      {data && data.rows.length === 0 && <div className="card empty"><h2>{t('none')}</h2></div>}
      {data && data.rows.length > 0 && (
        <>
          {drawing && (
            <section className="card" aria-labelledby="report-chart">
              <div className="card-head"><h2 id="report-chart">{t('chart_of', { measure: label(drawing.y.label), group: label(drawing.x.label) })}</h2></div>
              {CHARTS.has(kind)
                ? <Suspense fallback={<div className="chart" aria-busy="true" />}><ChartView kind={kind} drawing={drawing} measure={label(drawing.y.label)} title={t('chart_of', { measure: label(drawing.y.label), group: label(drawing.x.label) })} zh={locale === 'zh'} /></Suspense>
                : <p className="card-body quiet">{t('no_chart', { kind })}</p>}
            </section>
          )}
          <section className="card report-rows" aria-labelledby="report-table">
            <div className="card-head"><h2 id="report-table">{t('table')}</h2><small className="hint grow">{data.rows.length}</small>
              {pivot && <div className="switch" role="group" aria-label={t('table_way')}><button type="button" aria-pressed={!plain} onClick={() => setPlain(false)}>{t('as_pivot')}</button><button type="button" aria-pressed={plain} onClick={() => setPlain(true)}>{t('as_rows')}</button></div>}
            </div>
            {pivot && !plain
              ? <PivotTable app={screens.app} report={data} pivot={pivot} list={list} zone={screens.timezone} />
              : <ReportTable app={screens.app} report={data} list={list} text={text} zone={screens.timezone} />}
          </section>
        </>
      )}
    </div>
  )
}
