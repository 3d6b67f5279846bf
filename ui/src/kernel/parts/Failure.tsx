/** What went wrong, in the server's words, with what can be done about it; nothing here disappears by itself. */
import { Button } from 'antd'
import { Refusal, Unreachable } from '../api/failure'
import { useWords } from '../i18n/catalogue'
import { common } from '../i18n/common'

export function useFailureText(): (error: unknown) => string {
  const c = useWords(common)
  return error => {
    if (error instanceof Unreachable) return c('unreachable')
    if (error instanceof Refusal && error.status === 404 && !error.detail) return c('not_found')
    if (error instanceof Refusal && !error.detail) return c('failed', { reason: `HTTP ${error.status}` })
    if (error instanceof Error) return error.message
    return c('failed', { reason: String(error) })
  }
}

export function Failure({ error, retry }: { readonly error: unknown, readonly retry?: () => void }) {
  const c = useWords(common), text = useFailureText()
  const refusal = error instanceof Refusal ? error : null
  return (
    <div className="failure" role="alert">
      <p className="failure-text">{text(error)}</p>
      {refusal?.hint && <p>{refusal.hint}</p>}
      {refusal && refusal.faults.length > 0 && <ul>{refusal.faults.map(fault => <li key={`${fault.pointer ?? fault.parameter} ${fault.message}`}>{fault.message}</li>)}</ul>}
      {(retry || refusal?.requestId) && (
        <p className="failure-foot">
          {retry && <Button size="small" onClick={retry}>{c('retry')}</Button>}
          {refusal?.requestId && <small>{refusal.code} · {c('request', { id: refusal.requestId })}</small>}
        </p>
      )}
    </div>
  )
}
