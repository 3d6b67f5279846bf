/** Who it would be at a step: everybody whom the trial run found or left out, each with the reason. */
import { useWords } from '../../kernel/i18n/catalogue'
import type { Trial } from './trial'
import { words } from './words'

interface WhoItWouldBeProps { readonly trial: Trial | null, readonly step: string, readonly open: () => void }

export function WhoItWouldBe({ trial, step, open }: WhoItWouldBeProps) {
  const t = useWords(words)
  const found = trial?.steps.find(each => each.step === step)
  return (
    <section className="would-be" aria-label={t('who_it_would_be')}>
      <header><h3 className="grow">{t('who_it_would_be')}</h3><button type="button" className="link" onClick={open}>{t('run')}</button></header>
      {trial === null && <p className="hint small">{t('who_hint')}</p>}
      {trial !== null && !found && <p className="hint small">{t('not_reached')}</p>}
      {found && (
        <ul>
          {found.people.map(person => <li key={person}><span className="grow"><b>{trial?.name(person)}</b><small className="hint">{[trial?.persons?.[person]?.unit, found.because].filter(Boolean).join(' · ')}</small></span><span className="tag tag-ok">{t('gets_it')}</span></li>)}
          {found.left_out.map(out => <li key={out.person}><span className="grow"><b>{trial?.name(out.person)}</b><small className="hint">{out.because}</small></span><span className="tag">{t('takes_no_part')}</span></li>)}
          {found.stuck && <li className="message-error">{found.stuck}</li>}
        </ul>
      )}
    </section>
  )
}
