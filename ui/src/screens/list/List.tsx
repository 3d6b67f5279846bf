/** A list: views, filter sentence, rows from the server page by page. */
import { Button, type InputRef } from 'antd'
import { useRef, useState } from 'react'
import { Link, useLocation, useNavigate, useParams } from 'react-router'
import { useMe, useScreens } from '../../kernel/api/queries'
import type { RecordWire } from '../../kernel/api/types'
import { clock } from '../../kernel/format/dates'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useNoun } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { useIsNarrow } from '../../kernel/parts/narrow'
import { useTitle } from '../../kernel/parts/title'
import type { Walk } from '../record/walk'
import { ExportDialog } from '../exports/ExportDialog'
import { words as exportWords } from '../exports/words'
import { words as importWords } from '../imports/words'
import { Board } from './Board'
import { Bulk } from './Bulk'
import { Calendar } from './Calendar'
import { Cards } from './Cards'
import { ColumnPanel } from './ColumnPanel'
import { useColumnChoice } from './columns'
import { orderOf, useCounts, useListPage, whereOf } from './data'
import { Empty } from './Empty'
import { columnsOf, newFormOf, type ListParts } from './fields'
import { Filter, SearchBox, useConditions } from './Sentence'
import { useListPlace, type ListPlace } from './state'
import { Table } from './Table'
import { Timeline } from './Timeline'
import { words } from './words'
import './list.css'

export default function List() {
  const t = useWords(words)
  const { app = '', list: name = '' } = useParams()
  const screens = useScreens(app)
  const failed = stopOf(screens)
  if (failed) return <PageFailure error={failed} retry={() => void screens.refetch()} />
  if (!screens.data) return <div className="screen" aria-busy="true" />
  const list = screens.data.lists[name], entity = list && screens.data.entities[list.entity]
  if (!list || !entity) return <div className="screen"><div className="card empty"><h1>{t('gone')}</h1><p>{t('gone_text', { name })}</p></div></div>
  // Another list is another screen: nothing of the one before stays.
  return <ListScreen key={`${app} ${name}`} parts={{ screens: screens.data, list, entity }} />
}

function Views({ parts, place, counts }: { readonly parts: ListParts, readonly place: ListPlace, readonly counts: readonly (number | null | undefined)[] }) {
  const t = useWords(words), label = useLabel()
  const views = [{ name: '', label: t('all') }, ...parts.list.views.map(view => ({ name: view.name, label: label(view.label) }))]
  return (
    <div className="tabs list-views" role="group" aria-label={t('views')}>
      {views.map((view, at) => (
        <button key={view.name} type="button" aria-current={view.name === place.state.view ? 'true' : undefined} onClick={() => place.ask({ view: view.name, order: '' })}>
          {view.label}{typeof counts[at] === 'number' && <small>{group(String(counts[at]))}</small>}
        </button>
      ))}
    </div>
  )
}

function ListScreen({ parts }: { readonly parts: ListParts }) {
  const t = useWords(words), c = useWords(common), e = useWords(exportWords), i = useWords(importWords), label = useLabel(), noun = useNoun()
  const { screens, list, entity } = parts, { app, timezone: zone } = screens
  const place = useListPlace(), choice = useColumnChoice(parts), narrow = useIsNarrow()
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set()), [choosing, setChoosing] = useState(false), [filtering, setFiltering] = useState(false), [exporting, setExporting] = useState(false)
  const navigate = useNavigate(), location = useLocation()
  const search = useRef<InputRef>(null), columnsButton = useRef<HTMLButtonElement>(null)
  const answer = useListPage(parts, place.state, choice.shown)
  const counts = useCounts(parts, place.state, answer.isSuccess || list.view !== 'table')
  const { conditions, own } = useConditions(parts, place.state.where)
  const me = useMe().data, form = newFormOf(parts), order = orderOf(parts, place.state)
  const segmentName = label(screens.segments?.find(each => each.name === place.state.segment)?.label) || place.state.segment
  const title = label(list.label), [first, second] = list.dates
  useTitle(title)
  useShortcuts({
    '/': () => search.current?.focus(),
    ...(picked.size > 0 ? { 'Escape': () => setPicked(new Set()) } : {}),
    ...(form ? { 'Alt+N': () => void navigate(`/app/${app}/new/${form}`) } : {}),
  })
  const records = answer.data?.page.items ?? null
  const from = place.state.at, to = from + (records?.length ?? 0) - 1
  const selected = (records ?? []).filter(record => picked.has(record.id))
  const selection = list.bulk.length > 0 && !narrow ? {
    ids: picked,
    set: (ids: readonly string[], on: boolean) => setPicked(before => new Set(on ? [...before, ...ids] : [...before].filter(id => !ids.includes(id)))),
  } : undefined
  const linkOf = (record: RecordWire, at: number) => ({
    to: `/app/${app}/${list.entity}/${record.id}`,
    state: { ids: (records ?? []).map(each => each.id), at, from, total: counts.now ?? null, back: location.pathname + location.search, label: list.label } satisfies Walk,
  })
  const sorted = columnsOf(parts).find(column => column.path === order.split(',')[0]?.replace(/^-/, ''))
  const closeColumns = () => {
    setChoosing(false)
    columnsButton.current?.focus()
  }
  const total = counts.now
  const question = { where: whereOf(parts, place.state), order, search: place.state.search, segment: place.state.segment, select: choice.shown.map(column => column.path).join(',') }
  return (
    <div className="screen screen-fill">
      <div className="screen-head">
        <h1>{title}</h1>
        {me?.unit && <span className="hint small">{t('rights', { unit: me.unit.name })}</span>}
        {place.state.segment && <button type="button" className="quick" aria-label={t('leave_segment', { label: segmentName })} onClick={() => place.ask({ segment: '' })}>{t('segment', { label: segmentName })} ×</button>}
        <span className="grow" />
        {entity.duplicates?.some(rule => rule.then === 'warn') && <Link className="button-plain" to={`/app/${app}/duplicates/${entity.name}`}>{t('duplicates')}</Link>}
        {(entity.releases_exports || (entity.export && entity.export.alone < entity.export.rows)) && <Link className="button-plain" to={`/app/${app}/exports/${entity.name}`}>{e('requests')}</Link>}
        {(entity.import || entity.releases_imports) && !narrow && <Link className="button-plain" to={`/app/${app}/imports/${entity.name}`}>{i(entity.import ? 'import' : 'batches')}</Link>}
        {entity.export && !narrow && <Button onClick={() => setExporting(true)}>{e('export')}</Button>}
        {form && <Link className="button-primary" to={`/app/${app}/new/${form}`}>{t('new', { label: noun(entity.label) })} <kbd aria-hidden="true">Alt N</kbd></Link>}
      </div>
      <section className="card list-card" aria-label={title}>
        <Views parts={parts} place={place} counts={counts.views} />
        <div className="list-filter">
          {narrow ? <Button aria-expanded={filtering} onClick={() => setFiltering(!filtering)}>{t('conditions', { count: conditions.length + (own ? 1 : 0) })}</Button> : <Filter parts={parts} place={place} />}
          <SearchBox parts={parts} place={place} box={search} />
        </div>
        {narrow && filtering && <div className="list-filter"><Filter parts={parts} place={place} /></div>}
        <div className="list-count">
          <p role="status">
            <b>{total === undefined ? t('counting') : total === null ? '' : t('total', { total: group(String(total)) })}</b>
            {answer.data && <span className="quiet"> {answer.data.seconds < 0.1 ? t('took_little') : t('took', { seconds: answer.data.seconds.toFixed(1) })}</span>}
            {sorted && <span className="hint small list-order">{t('order', { label: label(sorted.label), way: order.startsWith('-') ? t('descending') : t('ascending') })}</span>}
          </p>
          <span className="grow" />
          {!narrow && list.view === 'table' && <Button ref={columnsButton} size="small" aria-expanded={choosing} onClick={() => setChoosing(!choosing)}>{t('columns', { shown: choice.shown.length, all: choice.all.length })}</Button>}
        </div>
        {answer.error && answer.data && <div className="notice list-notice" role="alert"><span className="grow">{c('stale_list', { time: clock(answer.data.at, zone) })}</span><Button size="small" onClick={() => void answer.refetch()}>{c('retry')}</Button></div>}
        {answer.error && !answer.data && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
        {exporting && <ExportDialog app={app} entity={entity} question={question} total={total ?? null} close={() => setExporting(false)} />}
        {selection && <Bulk parts={parts} question={question} selected={selected} clear={() => setPicked(new Set())} keep={ids => setPicked(new Set(ids))} />}
        <div className="list-body">
          <div className="list-rows">
            {records?.length === 0 && <Empty parts={parts} place={place} />}
            {list.view === 'board' && list.group && <Board parts={parts} state={place.state} group={list.group} />}
            {list.view === 'calendar' && first && <Calendar parts={parts} state={place.state} day={first} narrow={narrow} />}
            {list.view === 'timeline' && first && second && <Timeline parts={parts} state={place.state} from={first} to={second} />}
            {list.view === 'table' && records?.length !== 0 && (narrow
              ? <Cards list={list} columns={choice.all} records={records} zone={zone} linkOf={linkOf} />
              : !(answer.error && !answer.data) && <Table name={title} columns={choice.shown} records={records} order={order} sort={next => place.ask({ order: next })} zone={zone} busy={answer.isPlaceholderData} group={list.group} selection={selection} linkOf={linkOf} />)}
          </div>
          {choosing && !narrow && <ColumnPanel choice={choice} close={closeColumns} />}
        </div>
        {list.view === 'table' && <div className="list-pager">
          {records && records.length > 0 && <span className="quiet">{typeof total === 'number' ? t('place_of', { from, to, total: group(String(total)) }) : t('place', { from, to })}</span>}
          <Button size="small" disabled={!place.previous} onClick={() => place.previous?.go()}><span aria-hidden="true">‹ </span>{place.previous && !place.previous.known ? t('first') : t('previous')}</Button>
          <Button size="small" disabled={!answer.data?.page.next || answer.isPlaceholderData} onClick={() => answer.data?.page.next && place.next(answer.data.page.next, to + 1)}>{t('next')}<span aria-hidden="true"> ›</span></Button>
          <span className="grow" />
          <span className="list-keys hint small" aria-hidden="true"><kbd>↑</kbd> <kbd>↓</kbd> {t('key_row')} <kbd>Enter</kbd> {t('key_open')} <kbd>/</kbd> {t('key_search')}</span>
        </div>}
      </section>
    </div>
  )
}
