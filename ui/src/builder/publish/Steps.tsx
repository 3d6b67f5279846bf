/** The four steps across the page: where one is, in words and by mark. */
import { useWords } from '../../kernel/i18n/catalogue'
import { words } from './words'

export function Steps({ at, texts, show }: { readonly at: number, readonly texts: readonly string[], readonly show?: (at: number) => void }) {
  const t = useWords(words)
  return (
    <ol className="publish-steps" aria-label={t('steps')}>
      {texts.map((text, step) => (
        <li key={text} aria-current={step === at ? 'step' : undefined}>
          <button type="button" disabled={!show} onClick={() => show?.(step)}>
            <span className={`step-mark ${step < at ? 'is-done' : step === at ? 'is-here' : ''}`} aria-hidden="true">{step < at ? '✓' : step + 1}</span>{text}
          </button>
        </li>
      ))}
    </ol>
  )
}
