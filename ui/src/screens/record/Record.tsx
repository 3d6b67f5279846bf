/** A record: sticky head, facts, related records and live answers, approval and history. */
import { useState } from 'react'
import { useParams, Link, useNavigate, useLocation } from 'react-router'
import { useProcess, useRecord, useScreens } from '../../kernel/api/queries'
import type { EntityScreen, RecordView, RecordWire, Screens } from '../../kernel/api/types'
import { textOf } from '../../kernel/format/value'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { useTitle } from '../../kernel/parts/title'
import { widgetOf } from '../../widgets'
import { formFor } from '../entry/EditEntry'
import { titleOf } from '../entry/NewEntry'
import { Pairs } from '../duplicates/Pairs'
import { Merges } from '../merge/Merges'
import { Actions } from './Actions'
import { Approval } from './Approval'
import { Facts, formFacts, pageFacts } from './Facts'
import { History } from './History'
import { Live } from './Live'
import { Past } from './Past'
import { Related } from './Related'
import { Rows } from './Rows'
import { useWalk, type Walk } from './walk'
import { words } from './words'
import '../list/list.css'
import '../parts/parts.css'
import './record.css'

export default function Record() {
  const t = useWords(words)
  const { app = '', entity: name = '', id = '' } = useParams()
  const screens = useScreens(app), view = useRecord(app, name, id)
  const failed = stopOf(screens, view)
  if (failed) return <PageFailure error={failed} retry={() => { void screens.refetch(); void view.refetch() }} />
  if (!screens.data || !view.data) return <div className="screen record-grey" aria-busy="true"><span className="grey" /><span className="grey" /></div>
  const entity = screens.data.entities[name]
  if (!entity) return <div className="screen"><div className="card empty"><h1>{t('gone')}</h1><p>{t('gone_text', { name })}</p></div></div>
  return <RecordPage key={`${app} ${name} ${id}`} screens={screens.data} entity={entity} view={view.data} />
}

/** Where one is in the list one came from, with the ways to its neighbours. */
function Place({ walk, app, entity }: { readonly walk: Walk | null, readonly app: string, readonly entity: EntityScreen }) {
  const t = useWords(words), label = useLabel(), navigate = useNavigate()
  const step = (by: 1 | -1) => {
    const id = walk?.ids[walk.at + by]
    if (walk && id) void navigate(`/app/${app}/${entity.name}/${id}`, { replace: true, state: { ...walk, at: walk.at + by } })
  }
  useShortcuts({ 'Ctrl+ArrowLeft': () => step(-1), 'Ctrl+ArrowRight': () => step(1) })
  if (!walk) return <span className="hint small">{entity.list ? <Link to={`/app/${app}/list/${entity.list}`}>{label(entity.label)}</Link> : label(entity.label)}</span>
  const at = walk.from + walk.at, places = { label: label(walk.label), at, total: group(String(walk.total ?? '')) }
  return (
    <span className="record-place">
      <Link to={walk.back} aria-label={t('back', { label: label(walk.label) })}>‹</Link>
      <span className="hint small">{walk.total === null ? t('place_open', places) : t('place', places)}</span>
      <button type="button" className="step" disabled={walk.at === 0} aria-label={t('previous')} onClick={() => step(-1)}>‹ <kbd aria-hidden="true">Ctrl ←</kbd></button>
      <button type="button" className="step" disabled={walk.at >= walk.ids.length - 1} aria-label={t('next')} onClick={() => step(1)}>› <kbd aria-hidden="true">Ctrl →</kbd></button>
    </span>
  )
}

function RecordPage({ screens, entity, view }: { readonly screens: Screens, readonly entity: EntityScreen, readonly view: RecordView }) {
  const label = useLabel()
  const { record } = view, { app } = screens, page = screens.pages[entity.name]
  const walk = useWalk()
  const state: unknown = useLocation().state
  const flash = typeof state === 'object' && state !== null && 'flash' in state ? String(state.flash) : ''
  const process = useProcess(app, entity.name, record.id, entity.workflow !== null).data
  const title = titleOf(screens, entity.name, record)
  useTitle(title)
  const statuses = Object.values(entity.fields).filter(field => field.type === 'status').map(field => field.name)
  const tags = [...new Set([...statuses, ...(page?.tags ?? [])])].flatMap(name => entity.fields[name] ?? [])
  const factsOf = (of: RecordWire) => (page ? pageFacts(entity, page.facts) : formFacts(entity, screens.forms[formFor(screens, entity.name) ?? ''], of))
  const [day, setDay] = useState('')
  // What people search a record by, beside its title: the customer number beside the name.
  const search = (entity.list ? screens.lists[entity.list]?.search : undefined) ?? []
  const numbers = ['number', ...search].map(name => textOf(record[name])).filter(text => text !== '' && !title.includes(text))
  return (
    <div className="record">
      <header className="record-head">
        <div className="record-line"><Place walk={walk} app={app} entity={entity} /><span className="grow" />{flash && <p role="status" className="tag tag-ok record-flash">{flash}</p>}</div>
        <div className="record-line">
          <h1>{title}</h1>
          {[...new Set(numbers)].map(number => <span key={number} className="mono quiet">{number}</span>)}
          {tags.map(field => {
            const { Show } = widgetOf(field)
            const value = record[field.name]
            return textOf(value) !== '' && <span key={field.name} className={field.type === 'status' ? '' : 'tag tag-brand'}><span className="sr">{label(field.label)} </span><Show field={field} value={value} place={{ app, zone: screens.timezone }} /></span>
          })}
          <span className="grow" />
          <Actions screens={screens} entity={entity} view={view} back={walk?.back ?? (entity.list ? `/app/${app}/list/${entity.list}` : '/')} />
        </div>
      </header>
      <div className={`record-body ${page ? '' : 'record-plain'}`}>
        <div className="record-side">{entity.duplicates?.some(rule => rule.then === 'warn') && <Pairs screens={screens} entity={entity} id={record.id} />}<Merges screens={screens} entity={entity} record={record} />{day ? <Past screens={screens} entity={entity} id={record.id} day={day} groupsOf={factsOf} back={() => setDay('')} /> : <><Facts screens={screens} entity={entity.name} record={record} groups={factsOf(record)} />{!page && <Rows screens={screens} entity={entity} record={record} />}</>}</div>
        {page && (
          <div className="record-panels">
            {page.panels.map(panel => (panel.kind === 'related'
              ? <Related key={panel.name} screens={screens} panel={panel} id={record.id} />
              : <Live key={panel.name} screens={screens} panel={panel} entity={entity.name} id={record.id} />))}
            {!day && <Rows screens={screens} entity={entity} record={record} />}
          </div>
        )}
        <div className="record-side">
          {process && <Approval app={app} entity={entity.name} id={record.id} process={process} />}
          <History screens={screens} entity={entity} id={record.id} day={day} choose={setDay} />
        </div>
      </div>
    </div>
  )
}
