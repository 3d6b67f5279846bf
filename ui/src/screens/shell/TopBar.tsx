/** The bar at the top: product, search, business date, language, colours, person. */
import { Link } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { EnvironmentMark } from '../../kernel/parts/EnvironmentMark'
import { LanguageSwitch } from '../../kernel/parts/LanguageSwitch'
import { Logo } from '../../kernel/parts/Logo'
import { Bell } from './Bell'
import { PersonMenu } from './PersonMenu'
import { SchemeSwitch } from './SchemeSwitch'
import { mayBuild } from './menu'
import { words } from './words'

export function TopBar({ search }: { readonly search: () => void }) {
  const t = useWords(words), c = useWords(common)
  const me = useMe().data
  return (
    <header className="top">
      <Link to="/" className="brand"><Logo size={24} /><span>{c('product')}</span></Link>
      <EnvironmentMark />
      <button type="button" className="top-search" aria-keyshortcuts="Control+K" onClick={search}>
        <span className="grow cut">{t('search')}</span><kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      <span className="grow" />
      {me && <span className="top-date hint small">{t('business_date', { date: me.business_date })}</span>}
      {me && mayBuild(me) && <a className="top-builder" href="/builder">{t('builder')}</a>}
      {me && !mayBuild(me) && me.platform_roles.includes('administrator') && <a className="top-builder" href="/builder/promotions">{t('promotions')}</a>}
      <div className="top-switches"><LanguageSwitch /><SchemeSwitch /></div>
      {me && <Bell me={me} />}
      {me && <PersonMenu me={me} />}
    </header>
  )
}
