/** One task: what is asked, what the decision needs, what happened, what can be done. */
import { Button } from 'antd'
import { useEffect, useRef } from 'react'
import { Link } from 'react-router'
import { useMe, useScreens, useTask } from '../../kernel/api/queries'
import type { Decided, TaskDetail } from '../../kernel/api/processes'
import type { Screens } from '../../kernel/api/types'
import { capital, group } from '../../kernel/format/numbers'
import { showInstant } from '../../kernel/format/dates'
import { titlesOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { stopOf } from '../../kernel/query'
import { Failure } from '../../kernel/parts/Failure'
import { PageFailure } from '../parts/PageFailure'
import { useTitle } from '../../kernel/parts/title'
import { targetOf } from '../../widgets/lead'
import { Deadline } from '../parts/Deadline'
import { usePeopleText } from '../parts/Path'
import { outcomeText } from '../parts/kinds'
import { kindWord, Trail } from '../parts/Trail'
import { words as partWords } from '../parts/words'
import { ActionBar } from './ActionBar'
import { Beside } from './Acts'
import { useDecide, useUrge, type Decision } from './decide'
import { FactGrid } from './FactGrid'
import { NextPath } from './NextPath'
import { Resubmit } from './Resubmit'
import { words } from './words'

interface TaskPaneProps { readonly id: string, readonly focus: boolean, readonly decided: (task: TaskDetail, decided: Decided, decision: Decision) => void, readonly acted: (act: string) => void }

export function TaskPane({ id, focus, decided, acted }: TaskPaneProps) {
  const answer = useTask(id), screens = useScreens(answer.data?.app)
  const failed = stopOf(answer, screens)
  if (failed) return <PageFailure error={failed} retry={() => { void answer.refetch(); void screens.refetch() }} />
  if (!answer.data || !screens.data) return <div className="screen" aria-busy="true"><span className="grey" /><span className="grey" /></div>
  return <Opened key={id} task={answer.data} screens={screens.data} focus={focus} decided={decided} acted={acted} />
}

/** What ends a task, as the trail calls it. */
const DECIDED: ReadonlySet<string> = new Set(['approved', 'rejected', 'returned', 'completed', 'submitted', 'resubmitted'])

/** The first referenced record that has a page of its own: whom it is about. */
function Subject({ task, screens }: { readonly task: TaskDetail, readonly screens: Screens }) {
  const fields = Object.values(screens.entities[task.entity]?.fields ?? {})
  const field = fields.find(each => each.type === 'reference' && screens.entities[targetOf(each.options.to, screens.app)[1]]?.page)
  const id = field && task.record[field.name]
  if (!field || typeof id !== 'string') return null
  const [app, entity] = targetOf(field.options.to, screens.app)
  // Whose page is not this person's to open is named, not linked.
  const title = titlesOf(task.record)[field.name]
  return task.opens_fields.includes(field.name) ? <Link className="button-plain" to={`/app/${app}/${entity}/${id}`}>{title ?? id}</Link> : title ? <span className="quiet">{title}</span> : null
}

function Opened({ task, screens, focus, decided, acted }: { readonly task: TaskDetail, readonly screens: Screens, readonly focus: boolean, readonly decided: TaskPaneProps['decided'], readonly acted: TaskPaneProps['acted'] }) {
  const t = useWords(words), p = useWords(partWords), label = useLabel(), locale = useLocale()
  const me = useMe().data, people = usePeopleText()
  const heading = useRef<HTMLHeadingElement>(null)
  const entity = screens.entities[task.entity]
  const urge = useUrge(task, () => acted(t('urge')))
  const decide = useDecide(task, (answer, decision) => decided(task, answer, decision))
  useTitle(label(task.title))
  useEffect(() => {
    if (focus) heading.current?.focus()
  }, [focus])
  const fills = entity !== undefined && task.state === 'open' && task.decisions.includes('complete') && task.fields.write.length > 0
  const last = task.process?.trail.findLast(entry => entry.step === task.step && DECIDED.has(entry.kind))
  const over = task.state !== 'open'
  const waiting = task.process?.at.map(step => t('waits_for', { people: people(step.people) || step.held_reason || '—', step: label(step.title) })).join(' · ')
  const amount = task.amount && t('amount_unit', { amount: group(task.amount, 2) })
  return (
    <div className="task">
      <header className="task-head">
        <div className="task-head-text">
          <h2 ref={heading} tabIndex={-1} className="no-ring task-title">{task.record_title}{amount && <span className="task-amount"><span className="task-dot"> · </span>{amount}</span>}</h2>
          <Deadline due={over ? null : task.due_at} tag />{task.on_behalf_of && <span className="tag tag-outline">{t('for_whom', { name: task.on_behalf_of.name })}</span>}
          <p className="quiet small task-about">{[label(task.entity_label), label(task.title), task.started_by && `${t('by', { name: task.started_by.name })} ${task.unit ?? ''} ${showInstant(task.process?.started_at ?? task.created_at, locale)}`].filter(Boolean).join(' · ')}</p>
          {task.amount && locale === 'zh' && <p className="quiet small task-words">{capital(task.amount)}</p>}
        </div>
        <div className="task-ways"><Subject task={task} screens={screens} />{task.opens && <Link className="button-plain" to={`/app/${task.app}/${task.entity}/${task.record_id}`}>{t('all_fields')}</Link>}</div>
      </header>
      {fills && entity
        ? <Resubmit task={task} screens={screens} entity={entity} busy={decide.isPending} failure={decide.error} send={(fields, choose) => decide.mutate({ name: 'complete', opinion: '', fields, choose })} />
        : (
          <>
            <div className="task-body">
              <div className="task-main">
                {task.text && <p className="card card-body">{label(task.text)}</p>}
                {over && <div className="notice" role="status"><b>{t('over')}</b><span>{last ? `${last.actor?.name ?? ''} ${kindWord(p, last.kind)} ${showInstant(last.at, locale)}` : t('over_text', { result: outcomeText(task.result ?? task.state) })}</span>{task.decisions.includes('take_back') && <Button size="small" aria-busy={decide.isPending} title={t('take_back_text')} onClick={() => { if (!decide.isPending) decide.mutate({ name: 'take_back', opinion: '' }) }}>{t('take_back')}</Button>}</div>}
                {over && decide.error && <Failure error={decide.error} />}
                {!over && task.decisions.length === 0 && <div className="card card-body waits"><p className="quiet grow" role="status">{waiting || t('not_yours')}</p>{task.process?.can.includes('urge') && <Button size="small" aria-busy={urge.isPending} onClick={() => { if (!urge.isPending) urge.mutate() }}>{t('urge')}</Button>}{urge.error && <Failure error={urge.error} />}</div>}
                {entity && <FactGrid task={task} entity={entity} screens={screens} />}
                <Beside task={task} acted={acted} />
                {!over && task.kind === 'seat' && <NextPath task={task} />}
                {task.four_eyes && !over && <p className="hint small">{t('four_eyes_long')}</p>}
              </div>
              {task.process && (
                <details className="card trail-card" open>
                  <summary className="card-head"><h2>{t('trail')}</h2><small className="hint">{t('trail_note', { count: task.process.trail.length })}</small></summary>
                  <div className="card-body"><Trail process={task.process} me={me?.id ?? null} /></div>
                </details>
              )}
            </div>
            {!over && <ActionBar task={task} busy={decide.isPending} failure={decide.error} decide={decision => decide.mutate(decision)} acted={acted} />}
          </>
        )}
    </div>
  )
}
