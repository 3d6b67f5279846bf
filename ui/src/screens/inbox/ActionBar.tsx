/** Opinion and decision at the foot of a task; letters choose, Ctrl+Enter confirms. */
import { Button, Dropdown, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import type { InputRef } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import type { TaskDetail } from '../../kernel/api/processes'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useIsNarrow } from '../../kernel/parts/narrow'
import { ChoosePeople, chosenOf } from '../parts/ChoosePeople'
import { Acts } from './Acts'
import type { Decision } from './decide'
import { words } from './words'

type Known = 'approve' | 'reject' | 'return' | 'complete' | 'claim' | 'release' | 'veto' | 'abstain' | 'answer' | 'read'
const LETTERS: Readonly<Record<string, string>> = { approve: 'A', reject: 'X', return: 'R', complete: 'A', abstain: 'B', answer: 'A', read: 'A' }
/** Left to right: what ends badly, what goes back, what goes on. */
const ORDER = ['claim', 'release', 'veto', 'reject', 'return', 'abstain', 'complete', 'answer', 'read', 'approve']
/** Decisions that only say who works on it: nobody signs them. */
const UNSIGNED: ReadonlySet<string> = new Set(['claim', 'release'])
/** Decisions with which people are chosen for later steps. */
const FORWARD: ReadonlySet<string> = new Set(['approve', 'complete'])
const MOST = 500

interface ActionBarProps { readonly task: TaskDetail, readonly busy: boolean, readonly failure: unknown, readonly decide: (decision: Decision) => void, readonly acted: (act: string) => void }

export function ActionBar({ task, busy, failure, decide, acted }: ActionBarProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), narrow = useIsNarrow()
  const [opinion, setOpinion] = useState(''), [chosen, setChosen] = useState<string | null>(null), [to, setTo] = useState(task.return_to[0]?.step)
  const [lacking, setLacking] = useState(false), [password, setPassword] = useState(''), [unsigned, setUnsigned] = useState(false)
  const [named, setNamed] = useState(chosenOf(task.choose))
  const box = useRef<TextAreaRef>(null), pen = useRef<InputRef>(null)
  const decisions = task.decisions.toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))
  const word = (name: string) => (name === 'read' && task.must_read ? t('confirm_read') : name in words.entries ? t(name as Known) : name)
  const needing = task.opinion_required.filter(name => decisions.includes(name))
  const confirm = (name: string) => {
    if (busy) return
    const isLacking = task.opinion_required.includes(name) && !opinion.trim()
    setChosen(name)
    setLacking(isLacking)
    if (isLacking) return box.current?.focus()
    const signs = task.signature === true && !UNSIGNED.has(name)
    setUnsigned(signs && !password)
    if (signs && !password) return pen.current?.focus()
    decide({ name, opinion: opinion.trim(), to: name === 'return' ? to : undefined, password: signs ? password : undefined, choose: FORWARD.has(name) ? named : undefined })
    // It signs one decision, also when that one is refused.
    setPassword('')
  }
  // A letter chooses and goes to the opinion; only Ctrl+Enter or the button itself confirms.
  const choose = (name: string) => {
    setChosen(name)
    setLacking(false)
    box.current?.focus()
  }
  useShortcuts({
    ...Object.fromEntries(decisions.flatMap(name => (LETTERS[name] ? [[LETTERS[name], () => choose(name)] as const] : []))),
    'Ctrl+Enter': () => { if (chosen) confirm(chosen) },
    'Escape': () => box.current?.blur(),
  })
  const acts = task.acts ?? []
  if (decisions.length === 0 && acts.length === 0) return null
  // While others are waited for there is nothing to decide, but still to ask, to hand over or to take away.
  if (decisions.length === 0) return <footer className="action-bar"><div className="decisions decisions-alone"><Acts task={task} acted={acted} /></div></footer>
  const button = (name: string) => (
    <Button
      key={name} className={`decision decision-${name} ${chosen === name ? 'decision-chosen' : ''}`} type={name === 'approve' || name === 'complete' || (name === 'read' && task.must_read) ? 'primary' : 'default'} danger={name === 'reject' || name === 'return' || name === 'veto'}
      aria-busy={busy} aria-keyshortcuts={LETTERS[name]} onClick={() => confirm(name)}
    >{word(name)}{LETTERS[name] && !narrow && <kbd aria-hidden="true">{LETTERS[name]}</kbd>}</Button>
  )
  // A copy is read, not decided: nothing is written with it.
  if (task.kind === 'copy') return <footer className="action-bar">{failure !== null && <Failure error={failure} />}{task.must_read && <p className="small quiet">{t('must_read_text')}</p>}<div className="decisions decisions-alone">{decisions.map(button)}</div></footer>
  const big = narrow ? decisions.filter(name => name === decisions.at(-1) || name === (decisions.includes('return') ? 'return' : decisions.at(-2))) : decisions
  const rest = decisions.filter(name => !big.includes(name))
  const target = decisions.includes('return') && task.return_to.length > 1 && (
    <label className="return-to"><span id="return-to-label">{t('return_to')}</span><Select id="return-to" aria-labelledby="return-to-label" size="small" value={to} onChange={setTo} options={task.return_to.map(each => ({ value: each.step, label: label(each.title) }))} popupMatchSelectWidth={false} /></label>
  )
  return (
    <footer className="action-bar">
      {failure !== null && <Failure error={failure} />}
      {!narrow && task.kind !== 'work_item' && (
        <div className="phrases">
          <span className="hint small">{t('phrases')}</span>
          {(['phrase_1', 'phrase_2', 'phrase_3'] as const).map(each => <button key={each} type="button" className="phrase" onClick={() => { setOpinion(t(each)); box.current?.focus() }}>{t(each)}</button>)}
          <span className="grow" />
          {needing.length > 0 && <span className="hint small">{t('opinion_rule', { decisions: needing.map(word).join(c('separator')) })}</span>}
        </div>
      )}
      {(task.choose ?? []).length > 0 && decisions.some(name => FORWARD.has(name)) && <ChoosePeople choices={task.choose ?? []} chosen={named} change={setNamed} />}
      <div className="action-line">
        <div className="opinion">
          <Input.TextArea
            ref={box} rows={narrow ? 1 : 2} value={opinion} maxLength={MOST} aria-label={t('opinion')} placeholder={needing.length > 0 ? t('opinion_hint') : t('opinion_plain')} status={lacking ? 'error' : ''}
            aria-invalid={lacking} aria-describedby="opinion-fault" onChange={event => { setOpinion(event.target.value); setLacking(false) }}
          />
          {!narrow && <span className="opinion-count hint small">{t('note', { count: [...opinion].length })}</span>}
          <p id="opinion-fault" role="status" className={lacking ? 'message-error' : 'hint small'}>{lacking && chosen ? t('opinion_needed', { decision: word(chosen) }) : chosen ? t('chosen', { decision: word(chosen) }) : ''}</p>
        </div>
        {task.signature && (
          <div className="sign">
            <Input.Password ref={pen} value={password} visibilityToggle={false} autoComplete="current-password" aria-label={t('password')} placeholder={t('password_hint')} status={unsigned ? 'error' : ''} aria-invalid={unsigned} aria-describedby="sign-fault" onChange={event => { setPassword(event.target.value); setUnsigned(false) }} />
            <p id="sign-fault" role="status" className={unsigned ? 'message-error' : 'hint small'}>{unsigned ? t('password_needed') : ''}</p>
          </div>
        )}
        <div className="decisions">
          <Acts task={task} acted={acted} />
          {target}
          {rest.length > 0 && <Dropdown autoFocus trigger={['click']} menu={{ items: rest.map(name => ({ key: name, label: word(name) })), onClick: ({ key }) => confirm(key) }}><Button>{t('more')}</Button></Dropdown>}
          {big.map(button)}
        </div>
      </div>
    </footer>
  )
}
