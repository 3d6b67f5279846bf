/** A page that could not be shown: nothing there, merged into another one, or not to be had now. */
import { Link, useParams } from 'react-router'
import { Refusal } from '../../kernel/api/failure'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Failure } from '../../kernel/parts/Failure'

export function PageFailure({ error, retry }: { readonly error: unknown, readonly retry: () => void }) {
  const c = useWords(common), { app, entity } = useParams()
  if (error instanceof Refusal && error.survivor && app && entity) {
    return (
      <div className="screen"><div className="card empty">
        <h1>{c('merged')}</h1>
        <p><Link to={`/app/${app}/${entity}/${error.survivor}`}>{c('to_survivor')}</Link></p>
      </div></div>
    )
  }
  if (!(error instanceof Refusal) || error.status !== 404) return <div className="screen"><Failure error={error} retry={retry} /></div>
  // Asking again would not help; the ways on do.
  return (
    <div className="screen"><div className="card empty">
      <h1>{c('not_found')}</h1>
      {error.requestId && <p className="small hint">{c('request', { id: error.requestId })}</p>}
      <p><Link to="/">{c('home')}</Link></p>
    </div></div>
  )
}
