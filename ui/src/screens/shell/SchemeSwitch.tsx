import { useWords } from '../../kernel/i18n/catalogue'
import { useSchemeChoice, type Choice } from '../../kernel/theme/scheme'
import { words } from './words'

const CHOICES = ['light', 'dark', 'system'] as const satisfies readonly Choice[]

/** Light, dark, or what the device says. */
export function SchemeSwitch() {
  const t = useWords(words)
  const { choice, choose } = useSchemeChoice()
  return (
    <div className="switch" role="group" aria-label={t('scheme')}>
      {CHOICES.map(each => <button key={each} type="button" aria-pressed={each === choice} onClick={() => choose(each)}>{t(each)}</button>)}
    </div>
  )
}
