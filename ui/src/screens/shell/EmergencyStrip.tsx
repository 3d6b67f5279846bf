/** Says above every page that a role is held in an emergency, which and until when. */
import { Link } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { words } from './words'

export function EmergencyStrip() {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow()
  const held = useMe().data?.emergencies.filter(each => Date.parse(each.until) > now.getTime()) ?? []
  if (held.length === 0) return null
  return (
    <div role="alert" className="emergency-strip">
      {held.map(each => <span key={each.id}>{t('emergency_held', { role: label(each.label), until: showInstant(each.until, locale, now) })}</span>)}
      <Link to="/break-glass">{t('emergency_end')}</Link>
    </div>
  )
}
