/** The first page: what this person comes for. */
import { useEffect } from 'react'
import { Navigate } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { useTitle } from '../../kernel/parts/title'
import { landingOf, useMenu } from './menu'
import { words } from './words'

/** The builder is a page of its own; going back does not lead here again. */
function Leave({ to }: { readonly to: string }) {
  useEffect(() => location.replace(to), [to])
  return <div className="screen" aria-busy="true" />
}

export default function Home() {
  const t = useWords(words)
  const me = useMe().data
  const { groups, pending } = useMenu()
  useTitle('')
  if (!me || (pending && me.open_tasks === 0)) return <div className="screen" aria-busy="true" />
  const to = landingOf(me, groups)
  if (to?.startsWith('/builder')) return <Leave to={to} />
  if (to) return <Navigate to={to} replace />
  return <div className="screen"><div className="card empty"><h2>{t('nothing')}</h2><p>{t('nothing_text')}</p></div></div>
}
