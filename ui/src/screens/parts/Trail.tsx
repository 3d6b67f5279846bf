/** What happened in an approval, newest at the bottom, and where it waits now. */
import type { Process, TrailEntry } from '../../kernel/api/processes'
import { showInstant } from '../../kernel/format/dates'
import { useWords, type Say } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { usePeopleText } from './Path'
import { SubFlows } from './SubFlows'
import { words } from './words'

type Word = keyof typeof words.entries
const KINDS: ReadonlySet<string> = new Set(Object.keys(words.entries))

/** The word of a kind of event; one this page does not know is shown as the server calls it. */
export const kindWord = (t: Say<Word>, kind: string): string => (KINDS.has(kind) ? t(kind as Word) : kind)

const TONES: Readonly<Record<string, string>> = { approved: 'ok', completed: 'ok', returned: 'seal', rejected: 'seal', held: 'warning', finished: 'ok' }
export const toneClass = (kind: string): string => (TONES[kind] ? `tone-${TONES[kind]}` : '')

function TrailRow({ entry }: { readonly entry: TrailEntry }) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale()
  const where = [label(entry.title), label(entry.post), entry.actor?.unit].filter(Boolean).join(' · ')
  return (
    <li className={`trail-row ${toneClass(entry.kind)}`}>
      <p className="trail-line"><b className="grow">{entry.actor?.name ?? c('system_actor')}{entry.on_behalf_of && t('acts_for', { name: entry.on_behalf_of.name })} · <span className="trail-kind">{kindWord(t, entry.kind)}</span></b><time className="hint small" dateTime={entry.at}>{showInstant(entry.at, locale)}</time></p>
      {where && <p className="hint small">{where}</p>}
      {entry.opinion && <p className="trail-opinion">{entry.opinion}</p>}
      {entry.detail && <p className="small quiet">{entry.detail}</p>}
    </li>
  )
}

interface TrailProps { readonly process: Process, readonly me: string | null, readonly open?: (id: string) => void }

export function Trail({ process, me, open }: TrailProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), people = usePeopleText()
  return (
    <>
      <ol className="trail">
        {process.trail.map(entry => <TrailRow key={`${entry.at} ${entry.kind} ${entry.step} ${entry.actor?.id ?? ''}`} entry={entry} />)}
        {process.at.map(step => {
          const mine = step.people.some(person => person.id === me)
          return (
            <li key={step.step} className={`trail-row trail-now ${mine ? 'trail-mine' : ''}`}>
              <p className="trail-line"><b className="grow">{label(step.title)} · <span className="trail-kind">{mine ? t('waits_you') : t('waits')}</span></b><time className="hint small" dateTime={step.since}>{t('since', { time: showInstant(step.since, locale) })}</time></p>
              <p className="hint small">{[step.held_reason ? t('held_reason', { reason: step.held_reason }) : people(step.people), step.unit].filter(Boolean).join(' · ')}</p>
              {step.due_at && <p className="small quiet">{t('by', { time: showInstant(step.due_at, locale) })}</p>}
            </li>
          )
        })}
        {process.to_read.length > 0 && <li className="trail-row trail-now"><p className="trail-line"><b className="grow">{t('copied')} · <span className="trail-kind">{t('to_read')}</span></b></p><p className="hint small">{process.to_read.map(person => person.name).join(c('separator'))}</p></li>}
      </ol>
      <SubFlows process={process} open={open} />
    </>
  )
}

const STATE_TAGS: Readonly<Record<Process['state'], string>> = { running: 'tag tag-brand', approved: 'tag tag-ok', rejected: 'tag tag-seal', stopped: 'tag', held: 'tag tag-warning', suspended: 'tag tag-warning' }

export function ProcessTag({ state }: { readonly state: Process['state'] }) {
  const t = useWords(words)
  return <span className={STATE_TAGS[state]}>{t(`state_${state}`)}</span>
}
