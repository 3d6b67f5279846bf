/** What was merged into a record, by whom and why, with the way back. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import type { EntityScreen, RecordWire, Screens } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { mergesOf, unmerge, type Merge } from './data'
import { words } from './words'

interface MergesProps { readonly screens: Screens, readonly entity: EntityScreen, readonly record: RecordWire }

export function Merges({ screens, entity, record }: MergesProps) {
  const t = useWords(words), { app } = screens
  const answer = useQuery({ queryKey: ['merges', app, entity.name, record.id, record.version], queryFn: ({ signal }) => mergesOf(app, entity.name, record.id, signal) })
  const found = answer.data ?? []
  if (found.length === 0) return null
  return (
    <section className="card" aria-labelledby="merges">
      <div className="card-head"><h2 id="merges">{t('list')}</h2></div>
      <ul className="card-body duplicate-pairs">{found.map(each => <Item key={each.id} screens={screens} entity={entity} record={record} of={each} />)}</ul>
    </section>
  )
}

function Item({ screens, entity, record, of }: MergesProps & { readonly of: Merge }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow(), client = useQueryClient()
  const [reason, setReason] = useState('')
  const act = useMutation({ mutationFn: () => unmerge(screens.app, entity.name, record.id, record.version, of.id, reason.trim()), onSuccess: () => client.invalidateQueries() })
  const named = (fields: readonly string[]) => fields.map(name => label(entity.fields[name]?.label) || name).join('、')
  const at = (moment: string) => showInstant(moment, locale, now, screens.timezone)
  return (
    <li>
      <p className={of.undone ? 'quiet' : ''}>{t('into_this', { names: of.merged.map(each => each?.title ?? t('one_hidden')).join('、') })}</p>
      <p className="hint small">{[of.reason, of.by, at(of.at)].join(' · ')}</p>
      <p className="hint small">{[of.fields.length > 0 && t('took', { fields: named(of.fields) }), of.references > 0 && t('moved', { count: of.references })].filter(Boolean).join(' · ')}</p>
      {of.undone && (
        <>
          <p className="small">{t('undone', { reason: of.undone.reason })} <span className="hint">· {of.undone.by} · {at(of.undone.at)}</span></p>
          {of.undone.stayed.fields.length > 0 && <p className="small">{t('stayed_fields', { fields: named(of.undone.stayed.fields) })}</p>}
          {of.undone.stayed.references > 0 && <p className="small">{t('stayed_references', { count: of.undone.stayed.references })}</p>}
        </>
      )}
      {!of.undone && entity.can.merge && (
        <form className="duplicate-act" onSubmit={event => { event.preventDefault(); if (reason.trim()) act.mutate() }}>
          <Input value={reason} maxLength={400} placeholder={t('unmerge_reason')} aria-label={t('unmerge_reason')} onChange={event => setReason(event.target.value)} />
          <Button htmlType="submit" disabled={reason.trim() === ''} loading={act.isPending}>{t('unmerge')}</Button>
        </form>
      )}
      {act.error && <Failure error={act.error} />}
    </li>
  )
}
