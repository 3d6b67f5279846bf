/** The way of a trial: step by step who is asked and why; who is left out is a line of its own. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import '../../screens/parts/parts.css'
import type { Trial } from './trial'
import { words } from './words'

export function TrialWay({ trial }: { readonly trial: Trial }) {
  const t = useWords(words), label = useLabel()
  return (
    <ol className="path trial-way">
      {trial.steps.map((step, at) => (
        <li key={`${step.step} ${at}`} className={step.stuck ? 'path-stuck' : step.people.length ? '' : 'path-automatic'}>
          <span className="path-mark" aria-hidden="true">{step.stuck ? '!' : at + 1}</span>
          <p className="path-line"><b className="grow">{label(step.title) || step.step}</b><span className="path-people">{trial.namesAt(step) || (step.stuck ? '' : t('by_platform'))}</span></p>
          {step.because && <p className="hint small">{step.because}</p>}
          {step.authority && <p className="hint small">{step.authority.table}: {step.authority.rows.join(', ')} → {String(step.authority.value)}</p>}
          {step.due_at && <p className="hint small">{t('due_at', { time: step.due_at.slice(0, 16).replace('T', ' ') })}</p>}
          {step.stuck && <p className="message-error small">{t('stuck', { reason: step.stuck })}</p>}
          {step.left_out.map(out => <p key={out.person} className="path-out small"><span aria-hidden="true">× </span><b>{t('excluded', { name: trial.name(out.person) })}</b> <span className="hint">{out.because}</span></p>)}
        </li>
      ))}
      {trial.refused && <li className="path-stuck"><span className="path-mark" aria-hidden="true">!</span><p className="path-line">{trial.refused.act} {trial.refused.step} {trial.refused.reason}</p></li>}
    </ol>
  )
}
