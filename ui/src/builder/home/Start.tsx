/** The entrance: the first app, or what to do when there is none. */
import { Navigate } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import { useBuilderApps } from './queries'
import { words } from './words'

export default function Start() {
  const t = useWords(words)
  const me = useMe().data
  const designs = me?.platform_roles.includes('designer') ?? false
  const apps = useBuilderApps()
  if (me && !designs) return <Navigate to="/reviews" replace />
  const first = apps.data?.items[0]
  if (first) return <Navigate to={`/${first.app}`} replace />
  return (
    <main className="content" id="content" tabIndex={-1}>
      {apps.error && <Failure error={apps.error} retry={() => void apps.refetch()} />}
      {apps.data && <div className="empty"><h2>{t('no_apps')}</h2><p>{t('no_apps_hint')}</p></div>}
    </main>
  )
}
