/** One use of a role in an emergency: what was done meanwhile, and the review for who may close it. */
import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useState, type FormEvent } from 'react'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { kindText } from '../parts/kinds'
import { KEY, oneUse, reviewUse, type Act, type UseWithActs } from './data'
import { words } from './words'
import '../exports/exports.css'

const SHORTEST = 4
type Verdict = 'justified' | 'unjustified'

export function UseDialog({ id, reviewed, close }: { readonly id: string, readonly reviewed: () => void, readonly close: () => void }) {
  const t = useWords(words), label = useLabel()
  const answer = useQuery({ queryKey: [...KEY, id], queryFn: ({ signal }) => oneUse(id, signal) }), use = answer.data
  return (
    <Dialog title={use ? `${use.person?.name ?? ''} · ${label(use.label)}` : t('title')} close={close} width={640}>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {use && <p>{use.reason}</p>}
      {use?.opinion && <p><span className={use.state === 'justified' ? 'tag tag-ok' : 'tag tag-seal'}>{t(use.state)}</span> {use.reviewed_by?.name} · {use.opinion}</p>}
      {use && <Acts acts={use.acts} />}
      {use?.can.includes('review') && <Review use={use} done={() => { reviewed(); close() }} close={close} />}
    </Dialog>
  )
}

function Acts({ acts }: { readonly acts: readonly Act[] }) {
  const t = useWords(words), locale = useLocale(), now = useNow()
  if (acts.length === 0) return <p className="quiet">{t('no_acts')}</p>
  return (
    <>
      <h3>{t('during', { count: acts.length })}</h3>
      <ul>{acts.map((act, at) => <li key={`${act.at} ${at}`} className="small"><span className="hint">{showInstant(act.at, locale, now)}</span> {kindText(act.kind)} <span className="mono">{act.path ?? [act.entity, act.record_id].filter(Boolean).join('/')}</span></li>)}</ul>
    </>
  )
}

function Review({ use, done, close }: { readonly use: UseWithActs, readonly done: () => void, readonly close: () => void }) {
  const t = useWords(words), c = useWords(common), id = useId()
  const [verdict, setVerdict] = useState<Verdict | null>(null), [opinion, setOpinion] = useState(''), [busy, setBusy] = useState(false), [failure, setFailure] = useState<unknown>(null)
  const isReady = verdict !== null && opinion.trim().length >= SHORTEST
  const review = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || verdict === null || !isReady) return
    setBusy(true)
    setFailure(null)
    try {
      await reviewUse(use.id, verdict, opinion)
      done()
    } catch (error) {
      setFailure(error)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={event => void review(event)}>
      <fieldset className="export-formats">
        <legend className="field-label">{t('verdict')}</legend>
        {(['justified', 'unjustified'] as const).map(each => <label key={each}><input type="radio" name={`${id}-verdict`} checked={verdict === each} onChange={() => setVerdict(each)} /> {t(each === 'justified' ? 'yes' : 'no')}</label>)}
      </fieldset>
      <div className="field">
        <label htmlFor={`${id}-opinion`} className="field-label">{t('opinion')}<span className="must" aria-hidden="true"> *</span></label>
        <Input.TextArea id={`${id}-opinion`} value={opinion} maxLength={500} rows={2} aria-required onChange={event => setOpinion(event.target.value)} />
      </div>
      {failure !== null && <Failure error={failure} />}
      <p className="dialog-foot"><Button onClick={close} disabled={busy}>{c('cancel')}</Button><Button type="primary" htmlType="submit" disabled={!isReady} aria-busy={busy}>{t('confirm')}</Button></p>
    </form>
  )
}
