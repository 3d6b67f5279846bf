/** The pairs of one record that may be the same, with the reason why they are not. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { EntityScreen, Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { casesOf, dismiss, mergePath, type Case } from './data'
import { words } from './words'

interface PairsProps { readonly screens: Screens, readonly entity: EntityScreen, readonly id: string }

export function Pairs({ screens: { app }, entity, id }: PairsProps) {
  const t = useWords(words)
  const answer = useQuery({ queryKey: ['duplicates', app, entity.name, id], queryFn: ({ signal }) => casesOf(app, entity.name, id, signal) })
  const found = answer.data ?? []
  if (found.length === 0) return null
  const open = found.filter(each => each.state === 'open')
  return (
    <section className={`card ${open.length > 0 ? 'duplicate-card' : ''}`} aria-labelledby="duplicates">
      <div className="card-head"><h2 id="duplicates">{t('title')}</h2></div>
      <ul className="card-body duplicate-pairs">{found.map(each => <Pair key={each.id} app={app} entity={entity} id={id} pair={each} />)}</ul>
    </section>
  )
}

function Pair({ app, entity, id, pair }: { readonly app: string, readonly entity: EntityScreen, readonly id: string, readonly pair: Case }) {
  const t = useWords(words), label = useLabel(), client = useQueryClient()
  const [reason, setReason] = useState('')
  const act = useMutation({
    mutationFn: () => dismiss(app, entity.name, id, pair.id, reason.trim()),
    onSettled: () => { void client.invalidateQueries({ predicate: query => ['duplicates', 'history'].includes(String(query.queryKey[0])) }) },
  })
  const other = pair.records.find(record => record?.id !== id) ?? null, name = other?.title || other?.id || t('one_hidden')
  const shown = other ? <Link to={`/app/${app}/${entity.name}/${other.id}`}>{name}</Link> : <span className="quiet">{name}</span>
  if (pair.state === 'dismissed') return <li className="small quiet">{t('dismissed', { name, reason: pair.reason ?? '' })} · {pair.by}</li>
  return (
    <li>
      <p>{t('agree', { fields: pair.fields.map(each => label(entity.fields[each]?.label) || each).join('、') })} {shown} {other && entity.can.merge && <Link className="duplicate-merge" to={mergePath(app, entity.name, [id, other.id])}>{t('merge')}</Link>}</p>
      {entity.can.update && (
        <form className="duplicate-act" onSubmit={event => { event.preventDefault(); if (reason.trim()) act.mutate() }}>
          <Input value={reason} maxLength={400} placeholder={t('reason')} aria-label={t('reason')} onChange={event => setReason(event.target.value)} />
          <Button htmlType="submit" disabled={reason.trim() === ''} loading={act.isPending}>{t('dismiss')}</Button>
        </form>
      )}
      {act.error && <Failure error={act.error} retry={() => act.mutate()} />}
    </li>
  )
}
