/** Bring records in from a file: choose it, look at what it would do, have it released and written, take it back. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import { useId, useRef, useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { useScreens } from '../../kernel/api/queries'
import type { EntityScreen } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { useSession } from '../../kernel/session/store'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { Batch } from './Batch'
import { Assign } from './Assign'
import { isBusy, listOf, stage, unknownColumns, type Assigned } from './data'
import { placeOf, remember, suggested } from './remembered'
import { Steps } from './Steps'
import { words } from './words'
import '../list/list.css'
import './imports.css'

export default function Imports() {
  const t = useWords(words), label = useLabel()
  const { app = '', entity: name = '', id } = useParams()
  const screens = useScreens(app), entity = screens.data?.entities[name]
  const title = t('imports_of', { label: label(entity?.label) || name })
  useTitle(title)
  const failed = stopOf(screens)
  if (failed) return <PageFailure error={failed} retry={() => void screens.refetch()} />
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{title}</h1>
        <span className="grow" />
        {id && <Link className="button-plain" to={`/app/${app}/imports/${name}`}>{entity?.import ? t('another') : t('batches')}</Link>}
      </div>
      {screens.data && entity && id && <Batch key={id} app={app} entity={entity} id={id} zone={screens.data.timezone} />}
      {entity && !id && <>
        {entity.import && <><Steps state={null} /><Choose app={app} entity={entity} terms={entity.import} /></>}
        <Batches app={app} entity={entity} />
      </>}
    </div>
  )
}

function Choose({ app, entity, terms }: { readonly app: string, readonly entity: EntityScreen, readonly terms: NonNullable<EntityScreen['import']> }) {
  const t = useWords(words), id = useId(), input = useRef<HTMLInputElement>(null), navigate = useNavigate(), client = useQueryClient()
  const [file, setFile] = useState<File | null>(null), [note, setNote] = useState(''), [release, setRelease] = useState(false), [over, setOver] = useState(false)
  const person = useSession(state => state.personId), remembered = placeOf(person ?? '', app, entity.name), [assigned, setAssigned] = useState<Assigned>({})
  const send = useMutation({
    mutationFn: (chosen: File) => stage(app, entity.name, chosen, note, release, assigned),
    onError: error => {
      const asked = unknownColumns(error).filter(column => !(column in assigned))
      if (asked.length > 0) setAssigned({ ...assigned, ...suggested(remembered, asked, entity) })
    },
    onSuccess: async made => {
      remember(remembered, assigned)
      await client.invalidateQueries({ queryKey: ['imports', app, entity.name] })
      await navigate(`/app/${app}/imports/${entity.name}/${made.id}`)
    },
  })
  const choose = (chosen: File | undefined) => { if (chosen) { setFile(chosen); setAssigned({}); send.reset() } }
  return (
    <section className="card" aria-label={t('step_file')}>
      <div className="card-body import-body">
        <div
          className={`import-drop${over ? ' is-over' : ''}`}
          onDragOver={event => { event.preventDefault(); setOver(true) }}
          onDragLeave={() => setOver(false)}
          onDrop={event => { event.preventDefault(); setOver(false); choose(event.dataTransfer.files[0]) }}
        >
          <p>{file ? <b>{file.name}</b> : t('drop')}</p>
          <input ref={input} type="file" accept=".csv,.xlsx,.txt,.asc" className="sr" tabIndex={-1} aria-hidden="true" onChange={event => { choose(event.target.files?.[0]); event.target.value = '' }} />
          <p><Button onClick={() => input.current?.click()}>{t('choose')}</Button></p>
          <p className="hint small">{t('limits', { rows: group(String(terms.rows)) })}</p>
        </div>
        <p>{t('nothing_yet')} {terms.alone === 0 ? t('always') : terms.alone < terms.rows ? t('alone', { rows: group(String(terms.alone)) }) : ''}</p>
        <div className="field"><label htmlFor={id} className="field-label">{t('note')}</label><Input id={id} value={note} maxLength={2000} onChange={event => setNote(event.target.value)} /></div>
        {terms.alone > 0 && terms.alone < terms.rows && <p><Checkbox checked={release} onChange={event => setRelease(event.target.checked)}>{t('ask_release')}</Checkbox></p>}
        {send.error && <Failure error={send.error} />}
        {Object.keys(assigned).length > 0 && <Assign entity={entity} columns={Object.keys(assigned)} assigned={assigned} assign={next => { setAssigned(next); send.reset() }} />}
      </div>
      <div className="card-foot"><Button type="primary" disabled={!file} aria-busy={send.isPending} onClick={() => { if (file && !send.isPending) send.mutate(file) }}>{t(send.isPending ? 'sending' : 'start')}</Button></div>
    </section>
  )
}

function Batches({ app, entity }: { readonly app: string, readonly entity: EntityScreen }) {
  const t = useWords(words), locale = useLocale(), now = useNow()
  const answer = useQuery({
    queryKey: ['imports', app, entity.name],
    queryFn: ({ signal }) => listOf(app, entity.name, signal),
    refetchInterval: query => (query.state.data?.items.some(isBusy) ? 2_000 : false),
  })
  const items = answer.data?.items
  return (
    <section className="card" aria-label={t('batches')} aria-busy={answer.isPending}>
      <div className="card-head"><h2>{t('batches')}</h2></div>
      {answer.error && !items && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {items?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
      {items && items.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={t('batches')}>
          <table className="table">
            <caption className="sr">{t('batches')}</caption>
            <thead><tr><th scope="col">{t('file')}</th><th scope="col">{t('who')}</th><th scope="col">{t('state')}</th>{(['rows', 'created', 'changed', 'rejected'] as const).map(each => <th key={each} scope="col" className="num">{t(each)}</th>)}</tr></thead>
            <tbody>{items.map(batch => (
              <tr key={batch.id}>
                <td><Link to={`/app/${app}/imports/${entity.name}/${batch.id}`}>{batch.file.name}</Link></td>
                <td>{batch.started_by?.name} · {showInstant(batch.started_at, locale, now)}</td>
                <td><span className="tag">{t(batch.state)}</span></td>
                {(['rows', 'created', 'changed', 'rejected'] as const).map(each => <td key={each} className="num">{group(String(batch.counts[each]))}</td>)}
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </section>
  )
}
