/** Publications that wait for their time, or were not done then, and taking one back. */
import { Button } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { path, post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import type { Review } from '../draft/types'
import { When } from '../home/When'
import { REVIEW_TAG } from './Reviews'
import { words } from './words'

/** The button that takes back what waits, for those who may. */
export function CancelScheduled({ review }: { readonly review: Review }) {
  const t = useWords(words)
  const client = useQueryClient(), once = useOnce()
  const [asked, setAsked] = useState(false)
  const cancel = useMutation({
    mutationFn: () => once('cancel', key => post<Review>(path('api', 'builder', 'reviews', review.id, 'cancel'), { body: {}, key })),
    onSuccess: () => {
      setAsked(false)
      void client.invalidateQueries({ queryKey: ['builder'] })
    },
  })
  const isLate = review.state === 'not_started'
  if (!review.can.includes('cancel')) return null
  return (
    <>
      <Button size="small" danger onClick={() => setAsked(true)}>{t(isLate ? 'leave_late' : 'cancel_scheduled')}</Button>
      {asked && (
        <Confirm
          title={t(isLate ? 'leave_late_ask' : 'cancel_ask')} text={t('cancel_text')} yes={t(isLate ? 'leave_late' : 'cancel_scheduled')} busy={cancel.isPending} failure={cancel.error} confirm={() => cancel.mutate()} cancel={() => {
            cancel.reset()
            setAsked(false)
          }}
        />
      )}
    </>
  )
}

/** The choice over what no worker published at its time: do it now, for those who may; leaving it is the button beside. */
export function LatePublication({ review }: { readonly review: Review }) {
  const t = useWords(words)
  const client = useQueryClient(), once = useOnce()
  const [asked, setAsked] = useState(false)
  const publish = useMutation({
    mutationFn: () => once('late', key => post<unknown>(path('api', 'builder', 'reviews', review.id, 'late'), { body: {}, key })),
    onSuccess: () => setAsked(false),
    onSettled: () => void client.invalidateQueries({ queryKey: ['builder'] }),
  })
  if (!review.can.includes('late')) return null
  return (
    <>
      <Button size="small" type="primary" onClick={() => setAsked(true)}>{t('late')}</Button>
      {asked && (
        <Confirm
          title={t('late_ask')} text={t('late_text')} yes={t('late')} busy={publish.isPending} failure={publish.error} confirm={() => publish.mutate()} cancel={() => {
            publish.reset()
            setAsked(false)
          }}
        />
      )}
    </>
  )
}

/** When a review is to be published, and why it was not. */
export function ScheduledTime({ review }: { readonly review: Review }) {
  const t = useWords(words)
  if (review.publish_at === null) return null
  return (
    <div className="notice">
      <div>
        {t('publish_at')} <b><When at={review.publish_at} /></b>
        <WhyNot review={review} />
        {review.state === 'open' && <p className="small">{t('at_note')}</p>}
      </div>
    </div>
  )
}

function WhyNot({ review }: { readonly review: Review }) {
  const label = useLabel()
  if (!review.failure) return null
  return <p className="seal-strong"><span className="mono">{review.failure.code}</span> {label(review.failure.message)}</p>
}

export function Scheduled({ items }: { readonly items: readonly Review[] }) {
  const t = useWords(words)
  if (!items.length) return null
  return (
    <div className="card table-card scheduled" role="region" tabIndex={0} aria-label={t('scheduled')}>
      <table>
        <thead><tr><th scope="col">{t('scheduled')}</th><th scope="col">{t('state')}</th><th scope="col">{t('publish_at')}</th><th scope="col">{t('author')}</th><th scope="col">{t('approver')}</th><th scope="col"><span className="sr">{t('cancel_scheduled')}</span></th></tr></thead>
        <tbody>
          {items.map(review => (
            <tr key={review.id}>
              <th scope="row"><Link to={`/reviews/${review.id}`}>v{review.version} {review.note}</Link></th>
              <td><span className={`tag ${REVIEW_TAG[review.state]}`}>{t(`state_${review.state}`)}</span></td>
              <td>{review.publish_at && <When at={review.publish_at} />}<WhyNot review={review} /></td>
              <td>{review.author.name}</td>
              <td>{review.decided_by?.name}</td>
              <td><span className="pilot-acts"><LatePublication review={review} /><CancelScheduled review={review} /></span></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
