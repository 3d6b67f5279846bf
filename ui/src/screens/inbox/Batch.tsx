/** One decision for many tasks: chosen in the list, each answered for itself; what was refused says why and stays. */
import { Button, Input } from 'antd'
import { useState } from 'react'
import type { Task } from '../../kernel/api/processes'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import { useBatch, type BatchOutcome } from './decide'
import { words } from './words'

/** So many are taken in one request. */
const MOST = 100

/** A set with one more or one less. */
export function toggled(picked: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(picked)
  if (on) next.add(id)
  else next.delete(id)
  return next
}

interface BatchProps { readonly tasks: readonly Task[], readonly picked: ReadonlySet<string> | null, readonly pick: (picked: ReadonlySet<string> | null) => void }

export function Batch({ tasks, picked, pick }: BatchProps) {
  const t = useWords(words)
  const [opinion, setOpinion] = useState(''), [outcomes, setOutcomes] = useState<readonly BatchOutcome[]>([])
  const [titles, setTitles] = useState<Readonly<Record<string, string>>>({})
  const batch = useBatch(items => {
    setOutcomes(items)
    // What was refused stays chosen, to be looked at one by one.
    pick(new Set(items.filter(item => !item.done).map(item => item.id)))
  })
  if (tasks.length === 0 && outcomes.length === 0) return null
  if (!picked) return <div className="batch-bar"><Button size="small" onClick={() => { setOutcomes([]); pick(new Set()) }}>{t('select')}</Button></div>
  const chosen = tasks.filter(task => picked.has(task.id))
  const send = (decision: 'approve' | 'reject' | 'claim' | 'read') => {
    if (chosen.length === 0 || batch.isPending) return
    setTitles(Object.fromEntries(chosen.map(task => [task.id, task.record_title])))
    batch.mutate({ decision, opinion: opinion.trim(), ids: chosen.map(task => task.id) })
  }
  const left = outcomes.filter(each => !each.done)
  return (
    <div className="batch-bar">
      <span className="grow small" role="status">{t('selected', { count: chosen.length })}</span>
      <Button size="small" onClick={() => pick(new Set(tasks.slice(0, MOST).map(task => task.id)))}>{t('select_all')}</Button>
      <Button size="small" onClick={() => pick(null)}>{t('select_end')}</Button>
      <Input size="small" value={opinion} maxLength={500} aria-label={t('opinion')} placeholder={t('opinion_plain')} onChange={event => setOpinion(event.target.value)} />
      {tasks.some(task => task.kind === 'copy') && <Button size="small" aria-busy={batch.isPending} onClick={() => send('read')}>{t('read')}</Button>}
      <Button size="small" aria-busy={batch.isPending} onClick={() => send('claim')}>{t('claim')}</Button>
      <Button size="small" danger aria-busy={batch.isPending} onClick={() => send('reject')}>{t('reject')}</Button>
      <Button size="small" type="primary" aria-busy={batch.isPending} onClick={() => send('approve')}>{t('approve')}</Button>
      {outcomes.length > 0 && <p className="batch-said small" role="status">{t('batch_done', { done: outcomes.length - left.length, left: left.length })}</p>}
      {left.map(each => <p key={each.id} className="batch-said small message-error">{titles[each.id] ?? each.id}: {each.detail}</p>)}
      {batch.error && <Failure error={batch.error} />}
    </div>
  )
}
