/** The bar at the top of the builder: product, the way back to the workplace, language, colours, person. */
import { Link } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { EnvironmentMark } from '../../kernel/parts/EnvironmentMark'
import { LanguageSwitch } from '../../kernel/parts/LanguageSwitch'
import { Logo } from '../../kernel/parts/Logo'
import { PersonMenu } from '../../screens/shell/PersonMenu'
import { SchemeSwitch } from '../../screens/shell/SchemeSwitch'
import { mayBuild } from '../../screens/shell/menu'
import { useReviews } from '../home/queries'
import { words } from '../words'

export function TopBar() {
  const t = useWords(words)
  const me = useMe().data
  const reads = me !== undefined && mayBuild(me)
  const waiting = useReviews(reads).data?.items.filter(review => review.state === 'open').length ?? 0
  return (
    <header className="top">
      <Link to="/" className="brand"><Logo size={24} /><span>{t('product')}</span></Link>
      <EnvironmentMark />
      <span className="grow" />
      <Link to="/promotions" className="top-promotions">{t('promotions')}</Link>
      {reads && <Link to="/reviews" className="top-reviews">{t('reviews')}{waiting > 0 && <span className="badge"><span aria-hidden="true">{waiting}</span><span className="sr">{t('review_count', { count: waiting })}</span></span>}</Link>}
      <a href="/">{t('workplace')}</a>
      <div className="top-switches"><LanguageSwitch /><SchemeSwitch /></div>
      {me && <PersonMenu me={me} />}
    </header>
  )
}
