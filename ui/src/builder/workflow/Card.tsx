/** One thing of the tree: a step, the head of a block, a branch, the start or the end. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useDraft } from '../draft/store'
import type { Diagnostic } from '../draft/types'
import { selectionOf } from './designer'
import { NOTE, type Placed } from './layout'
import type { Sentences } from './sentences'
import type { Trial } from './trial'
import { words } from './words'

/** What is drawn onto the tree beside the tree itself. */
export interface Shown {
  readonly trial: Trial | null
  readonly reached: ReadonlySet<string>
  /** The cards of the main line at which a note hangs. */
  readonly noted: ReadonlySet<string>
}

interface CardProps {
  readonly place: Placed
  readonly chosen: boolean
  /** Whether Tab stops here: at one of all, arrows go on from it. */
  readonly stop: boolean
  readonly sentences: Sentences
  readonly starts: string
  /** The branches around it, in words. */
  readonly within: string
  readonly readOnly: boolean
  readonly shown: Shown
  readonly folded: boolean
  readonly fold: () => void
  readonly move: (by: 1 | -1) => void
  readonly eyes: readonly string[]
  /** The gravest finding about it. */
  readonly finding: Diagnostic | undefined
}

export function Card(props: CardProps) {
  const { place, chosen, stop, sentences, starts, within, shown } = props
  const t = useWords(words)
  const select = useDraft(state => state.select)
  const choose = () => select(selectionOf(place.id))
  const main = { 'type': 'button', 'data-main': true, 'tabIndex': stop ? 0 : -1, 'aria-pressed': chosen, 'onFocus': choose, 'onClick': choose } as const
  const pale = shown.trial && !shown.reached.has(place.id) ? 'is-pale' : ''
  switch (place.kind) {
    case 'start':
      return <button {...main} className="flow-end cut"><span className="mark mark-workflow" aria-hidden="true" />{t('starts', { who: starts })}</button>
    case 'end':
      return <button {...main} className={`flow-end cut ${pale}`}>{t('ends')}</button>
    case 'pill':
      return <Pill {...props} main={main} pale={pale} />
    case 'branch':
      return <BranchFace {...props} main={main} pale={pale} />
    case 'card':
      break
  }
  const block = place.block!
  const step = shown.trial?.steps.find(each => each.step === block.name)
  const lines = sentences.lines(block)
  return (
    <>
      <button {...main} className={`flow-card ${pale}`} aria-keyshortcuts="/ Delete Alt+ArrowUp Alt+ArrowDown Control+D">
        <span className={`flow-head verb-${block.verb ?? 'none'}`}><span className="sr">{within}</span><b className="grow cut">{sentences.title(block)}</b><small>{sentences.kind(block)}</small><Mark found={props.finding} /></span>
        <span className="flow-lines">{lines.map(line => <span key={line} className="cut" title={line}>{line}</span>)}</span>
        {shown.trial && <span className={step?.stuck ? 'flow-people is-stuck cut' : 'flow-people cut'}>{step ? (step.stuck ?? (shown.trial.namesAt(step) || t('by_platform'))) : t('not_reached')}</span>}
      </button>
      {block.branches.length > 0 && <FoldButton {...props} />}
      {props.eyes.length > 0 && !shown.trial && <Note text={props.eyes} width={place.width} title={t('four_eyes')} />}
      {shown.trial && shown.noted.has(block.id) && step && step.left_out.length > 0 && <Note text={step.left_out.map(out => `${shown.trial!.name(out.person)} ${out.because}`)} width={place.width} title={t('left_out')} />}
    </>
  )
}

type Main = { readonly 'type': 'button', readonly 'tabIndex': number, readonly 'onFocus': () => void, readonly 'onClick': () => void }
interface FaceProps extends CardProps { readonly main: Main, readonly pale: string }

function Pill(props: FaceProps) {
  const { place, sentences, within, main, pale, finding } = props
  const block = place.block!
  return (
    <>
      <button {...main} className={`flow-pill cut ${block.verb === 'choose' ? 'pill-choose' : ''} ${pale}`}>
        <span className="sr">{within}</span>{block.verb === 'choose' && <span aria-hidden="true">◆ </span>}{sentences.title(block)} · {sentences.kind(block)}<Mark found={finding} />
      </button>
      <FoldButton {...props} />
    </>
  )
}

function FoldButton({ place, folded, fold, sentences }: CardProps) {
  const t = useWords(words)
  const text = `${t(folded ? 'unfold' : 'fold')} ${place.block ? sentences.title(place.block) : ''}`
  return <button type="button" className="flow-fold" tabIndex={-1} aria-expanded={!folded} aria-label={text} title={text} onClick={fold}>{folded ? '▸' : '▾'}</button>
}

function BranchFace({ place, sentences, within, main, pale, move, readOnly, shown, finding }: FaceProps) {
  const t = useWords(words)
  const block = place.block!, branch = place.branch!, at = (place.at ?? 0) + 1
  const lit = shown.trial && !pale ? 'is-lit' : ''
  if (block.verb !== 'choose') {
    return <button {...main} className={`flow-branch cut ${pale}`}><span className="sr">{within}{sentences.title(block)} </span>{sentences.branch(block, branch)}<Mark found={finding} /></button>
  }
  const last = branch.kind === 'else' || branch.kind === 'otherwise'
  const name = sentences.branch(block, branch)
  return (
    <div className={`flow-case ${pale} ${lit}`}>
      <button {...main} className="flow-case-main">
        <span className="sr">{within}{sentences.title(block)} </span><span className="flow-number">{at}</span><span className="cut" title={branch.condition}>{name}</span><Mark found={finding} />
      </button>
      {last && <span className="tag">{t('last')}</span>}
      {branch.kind === 'case' && !readOnly && !shown.trial && (
        <>
          <button type="button" className="flow-tool" tabIndex={-1} aria-label={`${t('up')} ${name}`} onClick={() => move(-1)}>↑</button>
          <button type="button" className="flow-tool" tabIndex={-1} aria-label={`${t('down')} ${name}`} onClick={() => move(1)}>↓</button>
        </>
      )}
    </div>
  )
}

function Note({ text, width, title }: { readonly text: readonly string[], readonly width: number, readonly title: string }) {
  return (
    <>
      <span className="flow-tie" aria-hidden="true" style={{ left: width, width: NOTE.away }} />
      <div className="flow-note" title={text.join('\n')} style={{ left: width + NOTE.away, width: NOTE.width }}><b>{title}</b>{text.map(line => <span key={line}>{line}</span>)}</div>
    </>
  )
}

/** A sign at what a finding is about. */
function Mark({ found }: { readonly found: Diagnostic | undefined }) {
  if (!found) return null
  return <span className={`flow-mark mark-${found.severity}`} title={`${found.code} ${found.message}`}><span aria-hidden="true">!</span><span className="sr">{found.code} {found.message}</span></span>
}
