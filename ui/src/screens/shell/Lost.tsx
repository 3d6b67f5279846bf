import { Link, useLocation } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useTitle } from '../../kernel/parts/title'
import { words } from './words'

/** An address that leads nowhere. */
export default function Lost() {
  const t = useWords(words), c = useWords(common)
  const { pathname } = useLocation()
  useTitle(t('lost'))
  return (
    <div className="screen"><div className="card empty">
      <h1>{t('lost')}</h1><p>{t('lost_text', { path: pathname })}</p><Link to="/">{c('home')}</Link>
    </div></div>
  )
}
