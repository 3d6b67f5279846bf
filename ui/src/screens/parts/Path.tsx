/** The steps of a trial run: number, title, people, reason; who is left out is a line of its own. */
import type { Trial } from '../../kernel/api/processes'
import type { Person } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { words } from './words'

const SHOWN = 3

/** Names of people, cut short when they are many. */
export function usePeopleText(): (people: readonly Person[]) => string {
  const t = useWords(words), c = useWords(common)
  return people => (people.length > SHOWN ? t('people', { name: people[0]?.name ?? '', count: people.length }) : people.map(person => person.name).join(c('separator')))
}

export function Path({ trial }: { readonly trial: Trial }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), names = usePeopleText()
  const last = trial.steps.findLast(step => step.due_at !== null)?.due_at
  return (
    <ol className="path">
      {trial.steps.map((step, at) => {
        const automatic = step.kind === 'call' || step.kind === 'wait' || step.kind === 'sub_flow'
        return (
          <li key={`${step.step} ${at}`} className={step.stuck ? 'path-stuck' : automatic ? 'path-automatic' : ''}>
            <span className="path-mark" aria-hidden="true">{step.stuck ? '!' : at + 1}</span>
            <p className="path-line"><b className="grow">{label(step.title)}</b><span className="path-people">{step.kind === 'sub_flow' ? t('sub_flow_given') : automatic ? t('platform') : names(step.people) || t('nobody')}</span></p>
            {step.because && <p className="hint small">{step.because}</p>}
            {step.authority && <p className="hint small">{t('authority', { table: label(step.authority.table), rows: step.authority.rows.join(', '), value: step.authority.value ?? '' })}</p>}
            {step.stuck && <p className="message-error">{step.stuck}</p>}
            {step.left_out.map(({ person, because }) => (
              <p key={person.id} className="path-out small"><span aria-hidden="true">× </span><b>{t('excluded', { name: person.name })}</b> <span className="hint">{because}</span></p>
            ))}
          </li>
        )
      })}
      <li className="path-end">
        <span className="path-mark" aria-hidden="true">{trial.ends === 'approved' ? '✓' : '×'}</span>
        <p className="path-line"><b className="grow">{t(trial.ends === 'approved' ? 'ends_approved' : 'ends_stuck')}</b><span className="quiet">{t('finish')}</span></p>
        {last && <p className="hint small">{t('by', { time: showInstant(last, locale) })}</p>}
      </li>
    </ol>
  )
}
