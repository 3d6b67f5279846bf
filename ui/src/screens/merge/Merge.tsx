/** Records side by side that are one thing: which stays, whose value is kept, what moves along. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { useOnce } from '../../kernel/api/once'
import { useScreens } from '../../kernel/api/queries'
import type { EntityScreen } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { keepFirst, lookAt, merge, type Choice, type Preview } from './data'
import { Compare } from './Compare'
import { words } from './words'
import '../list/list.css'
import '../parts/parts.css'
import './merge.css'

export default function Merge() {
  const t = useWords(words), label = useLabel()
  const { app = '', entity: name = '' } = useParams()
  const [query] = useSearchParams(), given = query.getAll('record')
  const screens = useScreens(app), entity = screens.data?.entities[name]
  const title = t('title', { label: label(entity?.label) || name })
  useTitle(title)
  const failed = stopOf(screens)
  if (failed) return <PageFailure error={failed} retry={() => void screens.refetch()} />
  return (
    <div className="screen">
      <div className="screen-head"><h1>{title}</h1></div>
      {given.length < 2 && <div className="card empty"><p>{t('too_few')}</p><p><Link to={`/app/${app}/duplicates/${name}`}>{t('back')}</Link></p></div>}
      {given.length > 1 && entity && <Wish key={given.join()} app={app} entity={entity} given={given} zone={screens.data?.timezone ?? ''} />}
    </div>
  )
}

interface WishProps { readonly app: string, readonly entity: EntityScreen, readonly given: readonly string[], readonly zone: string }

function Wish({ app, entity, given, zone }: WishProps) {
  const t = useWords(words), navigate = useNavigate(), client = useQueryClient()
  const [survivor, setSurvivor] = useState(given[0] ?? ''), [choose, setChoose] = useState<Choice>({}), [reason, setReason] = useState('')
  const ids = keepFirst(given, survivor), once = useOnce()
  const answer = useQuery({
    queryKey: ['merge', app, entity.name, ids, choose],
    queryFn: ({ signal }) => lookAt(app, entity.name, ids, choose, signal),
    // What stands stays to be read while the next look is under way.
    placeholderData: last => last,
    staleTime: 0,
    retry: false,
  })
  const act = useMutation({
    mutationFn: (seen: Preview) => once([ids, choose, reason], key => merge(app, entity.name, seen, choose, reason.trim(), key)),
    onSuccess: async () => {
      await client.invalidateQueries()
      void navigate(`/app/${app}/${entity.name}/${survivor}`, { state: { flash: t('done') } })
    },
  })
  if (answer.error) return <PageFailure error={answer.error} retry={() => void answer.refetch()} />
  const seen = answer.data
  if (!seen) return <section className="card" aria-busy="true"><div className="card-body"><span className="grey" /></div></section>
  const isReady = reason.trim() !== '' && seen.refusals.length === 0 && !answer.isPlaceholderData
  return (
    <form className="merge" onSubmit={event => { event.preventDefault(); if (isReady) act.mutate(seen) }}>
      <Compare entity={entity} seen={seen} order={given} zone={zone} app={app} keep={id => { setSurvivor(id); setChoose({}) }} choose={(field, source) => setChoose({ ...choose, [field]: source })} />
      <Moves seen={seen} />
      {seen.refusals.length > 0 && (
        <section className="card duplicate-card" role="alert" aria-label={t('refused')}>
          <div className="card-head"><h2>{t('refused')}</h2></div>
          <ul className="card-body">{seen.refusals.map(each => <li key={`${each.code} ${each.pointer ?? ''}`}>{each.message}{fieldOf(entity, each.pointer)}</li>)}</ul>
        </section>
      )}
      <section className="card"><div className="card-body merge-act">
        <label><span>{t('reason')}</span><Input value={reason} maxLength={400} aria-describedby="merge-reason" onChange={event => setReason(event.target.value)} /><small id="merge-reason" className="hint">{t('reason_hint')}</small></label>
        <Button type="primary" htmlType="submit" disabled={!isReady} loading={act.isPending}>{t('submit')}</Button>
        <p className="hint small">{t('after')}</p>
        {act.error && <Failure error={act.error} retry={() => { act.reset(); void answer.refetch() }} />}
      </div></section>
    </form>
  )
}

/** The field at which a refusal points, in its words. */
function fieldOf(entity: EntityScreen, pointer: string | null) {
  const name = pointer?.split('/').at(-1) ?? ''
  return entity.fields[name] ? <FieldName label={entity.fields[name].label} /> : null
}

function FieldName({ label: of }: { readonly label: EntityScreen['label'] }) {
  const label = useLabel()
  return <span className="quiet"> · {label(of)}</span>
}

function Moves({ seen }: { readonly seen: Preview }) {
  const t = useWords(words), label = useLabel()
  return (
    <section className="card" aria-labelledby="moves">
      <div className="card-head"><h2 id="moves">{t('moves')}</h2></div>
      <ul className="card-body">
        {seen.moves.map(move => <li key={`${move.app} ${move.entity}`}>{t('moves_one', { label: label(move.label), count: move.records })}</li>)}
        {seen.hidden && <li className="quiet">{t('moves_hidden')}</li>}
        {seen.moves.length === 0 && !seen.hidden && <li className="quiet">{t('moves_none')}</li>}
      </ul>
    </section>
  )
}
