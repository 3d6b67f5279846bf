/** One import on its way: what the check found, who releases it, how far writing is, what came of it, and the way back. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { Link } from 'react-router'
import { useOnce } from '../../kernel/api/once'
import type { EntityScreen } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { PageFailure } from '../parts/PageFailure'
import { doAct, doneOf, isBusy, leftOf, oneOf, takeReasons, type Act, type Counts, type Import } from './data'
import { Preview } from './Preview'
import { Steps } from './Steps'
import { words } from './words'

interface BatchProps { readonly app: string, readonly entity: EntityScreen, readonly id: string }
interface ZonedProps extends BatchProps { readonly zone: string }

export function Batch({ app, entity, id, zone }: ZonedProps) {
  const answer = useQuery({
    queryKey: ['imports', app, entity.name, id],
    queryFn: ({ signal }) => oneOf(app, entity.name, id, signal),
    refetchInterval: query => (isBusy(query.state.data) ? 1_000 : false),
  })
  if (answer.error && !answer.data) return <PageFailure error={answer.error} retry={() => void answer.refetch()} />
  const batch = answer.data
  if (!batch) return <section className="card" aria-busy="true" />
  return (
    <>
      <Steps state={batch.state} />
      <Standing app={app} entity={entity} batch={batch} />
      {batch.left > 0 && batch.state === 'undone' && <LeftRows app={app} entity={entity} id={id} />}
      {batch.checked && (batch.state === 'checked' || batch.state === 'released') && <Preview app={app} entity={entity} id={id} zone={zone} />}
    </>
  )
}

function Standing({ app, entity, batch }: { readonly app: string, readonly entity: EntityScreen, readonly batch: Import }) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), now = useNow(), once = useOnce(), client = useQueryClient(), id = useId()
  const [note, setNote] = useState(''), [sure, setSure] = useState(false)
  const act = useMutation({
    mutationFn: (word: Act) => once({ word, note, state: batch.state, at: batch.ended_at }, key => doAct(app, entity.name, batch.id, word, note, key)),
    onSettled: () => { setSure(false); return client.invalidateQueries({ queryKey: ['imports', app, entity.name] }) },
  })
  const reasons = useMutation({ mutationFn: (format: 'csv' | 'xlsx') => takeReasons(app, entity.name, batch.id, format) })
  const ready = batch.state === 'checked' || batch.state === 'released', counts = ready && batch.checked ? batch.checked : batch.counts
  const does = (word: Act) => { if (!act.isPending) act.mutate(word) }
  const said = { write: batch.state === 'stopped' ? t('go_on') : t('write', { count: counts.created + counts.changed, total: group(String(counts.created + counts.changed)) }), release: t('release'), refuse: t('refuse'), cancel: t(batch.state === 'writing' ? 'stop' : 'cancel_batch'), undo: t('undo') }
  return (
    <section className="card" aria-label={batch.file.name}>
      <div className="card-head">
        <h2>{batch.file.name}</h2>
        <span className={`tag ${batch.state === 'written' ? 'tag-ok' : batch.state === 'failed' || batch.state === 'stopped' || batch.state === 'refused' ? 'tag-seal' : 'tag-brand'}`} role="status">{t(batch.state)}</span>
        <span className="grow" />
        <small className="hint">{batch.started_by?.name} · {showInstant(batch.started_at, locale, now)}</small>
      </div>
      <div className="card-body import-body">
        <p className="hint small">{t('read_as', { kind: batch.file.kind, encoding: batch.file.encoding ?? 'Unicode', hash: batch.file.sha256.slice(0, 16) })} · {batch.file.key ? t('key', { field: label(entity.fields[batch.file.key]?.label) || batch.file.key }) : t('no_key')}</p>
        {batch.note && <p>{batch.note}</p>}
        {batch.earlier && <p className="notice">{t('earlier')} <Link to={`/app/${app}/imports/${entity.name}/${batch.earlier}`}>{t('see_earlier')}</Link></p>}
        {batch.error && <div className="failure" role="alert"><p className="failure-text">{label(batch.error)}</p></div>}
        {isBusy(batch) && <Progress batch={batch} />}
        {batch.state !== 'staged' && batch.state !== 'failed' && <Figures title={t(ready ? 'would' : 'did')} counts={counts} />}
        {counts.rejected > 0 && batch.state !== 'staged' && (
          <p className="import-acts">
            <span>{t(ready ? 'reasons' : 'reasons_done', { count: counts.rejected, total: group(String(counts.rejected)) })}</span>
            {(['xlsx', 'csv'] as const).map(format => <Button key={format} size="small" aria-busy={reasons.isPending} onClick={() => { if (!reasons.isPending) reasons.mutate(format) }}>{t(`reasons_${format}`)}</Button>)}
          </p>
        )}
        {reasons.error && <Failure error={reasons.error} />}
        {batch.state === 'undone' && <p role="status">{t('undone_count', { undone: group(String(batch.undone)), left: group(String(batch.left)) })}</p>}
        {batch.state === 'checked' && batch.released_by.length > 0 && <p className="notice">{t('waits', { roles: batch.released_by.map(label).join(c('separator')) })}</p>}
        {batch.decided_by && <p className="hint">{t(batch.state === 'refused' ? 'refused' : 'released')}{c('colon')}{t('decided', { name: batch.decided_by.name, time: showInstant(batch.decided_at ?? batch.started_at, locale, now) })}{batch.decision_note && ` · ${batch.decision_note}`}</p>}
        {batch.can.includes('release') && <div className="field"><label htmlFor={id} className="field-label">{t('note')}</label><Input id={id} value={note} maxLength={2000} onChange={event => setNote(event.target.value)} /></div>}
        {act.error && <Failure error={act.error} />}
      </div>
      {batch.can.length > 0 && (
        <div className="card-foot import-acts">
          {batch.can.map(word => (
            <Button key={word} type={word === 'write' || word === 'release' ? 'primary' : 'default'} danger={word === 'undo'} aria-busy={act.isPending} onClick={() => (word === 'undo' ? setSure(true) : does(word))}>{said[word]}</Button>
          ))}
        </div>
      )}
      {sure && (
        <Dialog title={t('undo')} close={() => setSure(false)}>
          <p>{t('undo_sure', { created: group(String(batch.counts.created)), changed: group(String(batch.counts.changed)) })}</p>
          <p className="dialog-foot"><Button onClick={() => setSure(false)}>{c('cancel')}</Button><Button type="primary" danger aria-busy={act.isPending} onClick={() => does('undo')}>{t('undo_yes')}</Button></p>
        </Dialog>
      )}
    </section>
  )
}

function Progress({ batch }: { readonly batch: Import }) {
  const t = useWords(words), done = doneOf(batch), name = t(batch.state === 'staged' ? 'checking' : batch.state === 'writing' ? 'writing_now' : 'undoing_now')
  const { rows, of } = batch.progress
  return (
    <div role="status">
      <p>{name} {of === null ? t('progress_unknown') : batch.state === 'undoing' ? `${done ?? 0} %` : t('progress', { rows: group(String(rows)), of: group(String(of)) })}</p>
      <progress className="import-progress" aria-label={name} max={100} {...(done === null ? {} : { value: done })} />
    </div>
  )
}

function Figures({ title, counts }: { readonly title: string, readonly counts: Counts }) {
  const t = useWords(words)
  return (
    <dl className="import-figures" aria-label={title}>
      {(['rows', 'created', 'changed', 'unchanged', 'rejected'] as const).map(name => (
        <div key={name}><dt>{t(name)}</dt><dd className={name === 'rejected' && counts.rejected > 0 ? 'is-bad' : undefined}>{group(String(counts[name]))}</dd></div>
      ))}
    </dl>
  )
}

function LeftRows({ app, entity, id }: BatchProps) {
  const t = useWords(words), label = useLabel()
  const answer = useInfiniteQuery({
    queryKey: ['imports', app, entity.name, id, 'left'],
    queryFn: ({ signal, pageParam }) => leftOf(app, entity.name, id, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: page => page.next,
  })
  const items = answer.data?.pages.flatMap(page => page.items) ?? []
  return (
    <section className="card" aria-label={t('left_rows')} aria-busy={answer.isPending}>
      <div className="card-head"><h2>{t('left_rows')}</h2></div>
      {answer.error && <div className="card-body"><Failure error={answer.error} /></div>}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('left_rows')}>
        <table className="table">
          <caption className="sr">{t('left_rows')}</caption>
          <thead><tr><th scope="col" className="num">{t('row')}</th><th scope="col">{t('record')}</th><th scope="col">{t('why')}</th></tr></thead>
          <tbody>{items.map(item => (
            <tr key={item.row}>
              <td className="num">{item.row}</td>
              <td>{item.id ? <Link to={`/app/${app}/${entity.name}/${item.id}`}>{item.id.slice(-8)}</Link> : null}</td>
              <td>{label(item.reason)} {item.fields.map(name => label(entity.fields[name]?.label) || name).join(', ')}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
      {answer.hasNextPage && <div className="card-foot"><Button size="small" onClick={() => void answer.fetchNextPage()}>{t('more')}</Button></div>}
    </section>
  )
}
