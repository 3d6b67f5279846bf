/** A screen that failed: what it says, and the ways out; the navigation around it still works. */
import { Button } from 'antd'
import { Link, useLocation, useNavigate, useRouteError } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Failure } from '../../kernel/parts/Failure'

export function Crash() {
  const c = useWords(common)
  const error = useRouteError()
  const location = useLocation(), navigate = useNavigate()
  return (
    <div className="screen">
      <h1>{c('crashed')}</h1>
      <p className="quiet">{c('crashed_hint')}</p>
      <Failure error={error} />
      <p className="crash-ways"><Button onClick={() => void navigate(location.pathname + location.search, { replace: true })}>{c('retry')}</Button> <Link to="/">{c('home')}</Link></p>
    </div>
  )
}
