/** One publication as the second person sees it: the same changes and impact, and the decision. */
import { Button } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { path, post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useMe } from '../../kernel/api/queries'
import type { Label } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import type { ReleaseEntry, Review } from '../draft/types'
import { useAppName, useReview } from '../home/queries'
import { When } from '../home/When'
import { CrumbBar } from '../shell/CrumbBar'
import { ChangeList } from './ChangeList'
import { Impact, widenedOf } from './Impact'
import { OriginBlock } from './Origin'
import { REVIEW_TAG } from './Reviews'
import { CancelScheduled, LatePublication, ScheduledTime } from './Scheduled'
import { Steps } from './Steps'
import { words } from './words'
import './publish.css'

interface Approved {
  readonly review: Review
  /** None when it waits for its time. */
  readonly release: ReleaseEntry | null
  readonly steps: readonly { readonly phase: 'expand' | 'backfill' | 'contract', readonly sql: string, readonly because: Label, readonly done_at: string | null }[]
}

export default function ReviewPage() {
  const { id = '' } = useParams()
  const t = useWords(words), c = useWords(common), label = useLabel()
  const client = useQueryClient()
  const me = useMe().data
  const query = useReview(id)
  const review = query.data
  const [note, setNote] = useState('')
  const [asked, setAsked] = useState(false)
  const [confirmed, setConfirmed] = useState(false)
  const once = useOnce()
  const name = useAppName()
  const title = review ? t('review', { app: name(review.app), version: review.to }) : t('reviews')
  useTitle(title)
  const again = () => void client.invalidateQueries({ queryKey: ['builder'] })
  const decide = <T,>(what: 'approve' | 'return', body: object) => once([what, body], key => post<T>(path('api', 'builder', 'reviews', id, what), { body, key }))
  const approve = useMutation({
    mutationFn: () => decide<Approved>('approve', { note: note.trim() || null }),
    onSuccess: again,
  })
  const giveBack = useMutation({
    mutationFn: () => decide<Review>('return', { note: note.trim() }),
    onSuccess: again,
  })
  const [withdrawing, setWithdrawing] = useState(false)
  const takeBack = useMutation({
    mutationFn: () => once('withdraw', key => post<Review>(path('api', 'builder', 'reviews', id, 'withdraw'), { body: {}, key })),
    onSuccess: () => {
      setWithdrawing(false)
      again()
    },
  })
  const publishes = me?.platform_roles.includes('publisher') ?? false
  const own = review && me && review.author.id === me.id
  const widened = review ? widenedOf(review.plan) : []
  const undone = review?.state === 'open' || review?.state === 'scheduled'
  const decides = review?.state === 'open' && review.can.includes('approve')
  const returnIt = () => {
    setAsked(true)
    if (note.trim()) giveBack.mutate()
  }
  return (
    <>
      <CrumbBar crumbs={[{ text: t('reviews'), to: '/reviews' }, { text: title }]}>
        {review && <span className={`tag ${REVIEW_TAG[review.state]}`}>{t(`state_${review.state}`)}</span>}
        {review && <span className="hint small">{t('author')} {review.author.name} · <When at={review.created_at} /></span>}
        <span className="grow" />
        {review && <Link to={`/${review.app}/releases`}>{t('releases')}</Link>}
      </CrumbBar>
      {withdrawing && <Confirm title={t('withdraw_ask')} text={t('withdraw_text')} yes={t('withdraw')} busy={takeBack.isPending} failure={takeBack.error} confirm={() => takeBack.mutate()} cancel={() => { setWithdrawing(false); takeBack.reset() }} />}
      <main className="publish" id="content" tabIndex={-1}>
        <Steps at={undone ? 2 : 3} texts={[t('step_changes'), t('step_impact'), t('step_scope'), t('step_result')]} />
        <div className="publish-body publish-review">
          {query.error && <Failure error={query.error} retry={() => void query.refetch()} />}
          {approve.data?.release && (
            <section className="card result" role="status">
              <div className="card-head"><h2>{t(approve.data.release.state === 'pilot' ? 'piloted' : 'published', { version: approve.data.release.release })}</h2><span className="tag tag-ok">{t('steps_done', { count: approve.data.steps.length })}</span></div>
              <ul className="side-list">{approve.data.steps.map(step => <li key={step.sql}><span className="tag tag-ok">✓ {t(step.phase)}</span><span className="grow">{label(step.because)}<br /><code className="mono">{step.sql}</code></span>{step.done_at && <span className="hint small"><When at={step.done_at} /></span>}</li>)}</ul>
            </section>
          )}
          {review && (
            <>
              <div className="review-main">
                <section className="card"><div className="card-head"><h2>{t('step_changes')}</h2><small className="hint">{t('changes_count', { count: review.plan.changes.length })}</small></div><ChangeList plan={review.plan} /></section>
                <section className="card"><div className="card-head"><h2>{t('step_impact')}</h2></div>{!undone && <p className="hint small card-body">{t('as_decided')}</p>}<Impact decided={!undone} app={review.app} plan={review.plan} confirmed={confirmed} confirm={decides ? () => setConfirmed(true) : null} /></section>
              </div>
              <aside className="card review-decision" aria-label={t('second')}>
                <div className="card-head"><h2 className="grow">{t('second')}</h2>{review.state === 'open' ? <span className="tag tag-warning">{t('second_needed')}</span> : <span className={`tag ${REVIEW_TAG[review.state]}`}>{t(`state_${review.state}`)}</span>}</div>
                <div className="card-body">
                  <p className="second"><span className="avatar" aria-hidden="true">{review.author.name.slice(0, 1)}</span>{review.author.name}<span className="hint">{review.note}</span></p>
                  {review.decided_by && <p className="second"><span className="avatar" aria-hidden="true">{review.decided_by.name.slice(0, 1)}</span>{review.decided_by.name}<span className="hint">{t(`state_${review.state}`)} {review.decision_note}</span></p>}
                  {review.units.length > 0 && <p className="notice">{t('first_in')} <b>{review.units.map(unit => unit.name).join(c('separator'))}</b></p>}
                  <OriginBlock origin={review.origin} />
                  <ScheduledTime review={review} />
                  {review.can.includes('cancel') && <div className="decision-buttons"><CancelScheduled review={review} /><LatePublication review={review} /></div>}
                  {undone && review.plan_changed && <p className="notice">{t('plan_changed')}</p>}
                  {review.state === 'open' && !decides && <p className="notice">{own ? t('cannot_own') : publishes ? t('cannot_own') : t('cannot')}</p>}
                  {review.can.includes('withdraw') && <div className="decision-buttons"><Button disabled={takeBack.isPending} onClick={() => setWithdrawing(true)}>{t('withdraw')}</Button></div>}
                  {decides && (
                    <>
                      <div className="line">
                        <label htmlFor="decision">{t('decision_note')}</label>
                        <textarea id="decision" className="line-input note" rows={3} value={note} aria-invalid={asked && !note.trim()} onChange={event => setNote(event.target.value)} />
                        {asked && !note.trim() && <p className="fault">{t('return_needs')}</p>}
                      </div>
                      {widened.length > 0 && !confirmed && <p className="hint">{t('need_confirm')}</p>}
                      <div className="decision-buttons">
                        <Button danger disabled={giveBack.isPending || approve.isPending} onClick={returnIt}>{t('return')}</Button>
                        <Button type="primary" disabled={review.plan_changed || review.plan.blocked || approve.isPending || (widened.length > 0 && !confirmed)} onClick={() => approve.mutate()}>{approve.isPending ? t('approving') : t(review.publish_at === null ? 'approve' : 'approve_at')}</Button>
                      </div>
                    </>
                  )}
                  {(approve.error || giveBack.error) && <Failure error={approve.error ?? giveBack.error} />}
                </div>
              </aside>
            </>
          )}
        </div>
      </main>
    </>
  )
}
