/** The publications that wait for a second person, and those that were decided. */
import { Link } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { useAppName, useReviews } from '../home/queries'
import { When } from '../home/When'
import { CrumbBar } from '../shell/CrumbBar'
import { words } from './words'
import './publish.css'

export const REVIEW_TAG = { open: 'tag-warning', approved: 'tag-ok', returned: 'tag-seal', outdated: '', withdrawn: '', scheduled: 'tag-brand', cancelled: '', not_started: 'tag-seal' } as const

export default function Reviews() {
  const t = useWords(words)
  const reviews = useReviews(), name = useAppName()
  useTitle(t('reviews'))
  const items = reviews.data?.items ?? []
  return (
    <>
      <CrumbBar crumbs={[{ text: t('reviews') }]} />
      <main className="content" id="content" tabIndex={-1}>
        <div className="screen">
          <h1>{t('reviews')}</h1>
          {reviews.error && <Failure error={reviews.error} retry={() => void reviews.refetch()} />}
          {reviews.data && !items.length && <div className="card empty">{t('reviews_none')}</div>}
          {items.length > 0 && (
            <div className="card table-card" role="region" tabIndex={0} aria-label={t('reviews')}>
              <table>
                <thead><tr><th scope="col">{t('release')}</th><th scope="col">{t('note')}</th><th scope="col">{t('author')}</th><th scope="col">{t('at')}</th><th scope="col">{t('state')}</th></tr></thead>
                <tbody>
                  {items.map(review => (
                    <tr key={review.id}>
                      <th scope="row"><Link to={`/reviews/${review.id}`}>{t('release_of', { app: name(review.app), version: review.to })}</Link> <span className="hint">v{review.version}</span></th>
                      <td>{review.note}</td>
                      <td>{review.author.name}</td>
                      <td><When at={review.created_at} /></td>
                      <td><span className={`tag ${REVIEW_TAG[review.state]}`}>{t(`state_${review.state}`)}</span></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      </main>
    </>
  )
}
