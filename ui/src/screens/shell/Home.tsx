/** The first page: open work if there is any, else the first entry of the menu. */
import { Navigate } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { useTitle } from '../../kernel/parts/title'
import { mayAudit, useMenu } from './menu'
import { words } from './words'

export default function Home() {
  const t = useWords(words)
  const me = useMe().data
  const { groups, pending } = useMenu()
  useTitle('')
  if (!me || (pending && me.open_tasks === 0)) return <div className="screen" aria-busy="true" />
  if (me.open_tasks > 0) return <Navigate to="/tasks" replace />
  const first = groups.flatMap(group => group.entries).find(entry => entry.icon === 'list' || entry.icon === 'report')
  if (mayAudit(me)) return <Navigate to="/audit" replace />
  if (first) return <Navigate to={first.to} replace />
  if (Object.keys(me.roles).length > 0) return <Navigate to="/tasks" replace />
  return <div className="screen"><div className="card empty"><h2>{t('nothing')}</h2><p>{t('nothing_text')}</p></div></div>
}
