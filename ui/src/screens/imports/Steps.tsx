/** The four steps of an import, the present one marked. */
import { useWords } from '../../kernel/i18n/catalogue'
import { STEPS, stepOf, type State } from './data'
import { words } from './words'

export function Steps({ state }: { readonly state: State | null }) {
  const t = useWords(words), at = stepOf(state)
  return <ol className="import-steps">{STEPS.map((step, number) => <li key={step} aria-current={number === at ? 'step' : undefined}>{number + 1} {t(step)}</li>)}</ol>
}
