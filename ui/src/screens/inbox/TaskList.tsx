/** The left pane: the cards of one box, by deadline, each of three lines. */
import { Checkbox, Input } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Task } from '../../kernel/api/processes'
import { group as grouping } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { useLastDone } from '../../kernel/api/queries'
import { Deadline, lengthText } from '../parts/Deadline'
import { outcomeText } from '../parts/kinds'
import { words as partWords } from '../parts/words'
import { toggled } from './Batch'
import { grouped } from './group'
import { endOf, type Place } from './place'
import { words } from './words'

const DONE: Place = { box: 'done', only: { overdue: false, unit: '' } }

interface TaskListProps {
  readonly place: Place
  /** How to see more of the list than came at first, and how to see less. */
  readonly more: ReactNode
  readonly narrow: ReactNode
  readonly tasks: readonly Task[] | null
  readonly chosen: string | undefined
  readonly typed: string
  readonly type: (typed: string) => void
  /** The tasks chosen to be decided alike; null while they are decided one by one. */
  readonly picked: ReadonlySet<string> | null
  readonly pick: (picked: ReadonlySet<string> | null) => void
}

function Card({ task, place, chosen }: { readonly task: Task, readonly place: Place, readonly chosen: boolean }) {
  const { box } = place
  const t = useWords(words), p = useWords(partWords), label = useLabel(), now = useNow()
  const minutes = Math.max(Math.round((now.getTime() - Date.parse(task.created_at)) / 60_000), 0)
  const third = [label(task.entity_label), box === 'todo' && t('here', { time: lengthText(p, minutes) }), task.on_behalf_of && t('for_whom', { name: task.on_behalf_of.name }), task.claimed_by && t('claimed', { name: task.claimed_by.name })].filter(Boolean).join(' · ')
  return (
    <Link className="task-card" to={`/tasks/${task.id}${endOf(place)}`} aria-current={chosen ? 'true' : undefined} data-task={task.id}>
      <span className="task-line"><b className="cut">{task.record_title}</b>{task.must_read && <span className="tag tag-brand">{t('must_read')}</span>}{task.four_eyes && task.kind !== 'copy' && <span className="tag tag-outline">{t('four_eyes')}</span>}<span className="grow" /><b className={task.amount ? 'num' : 'quiet task-plain'}>{task.amount ? grouping(task.amount, 2) : task.kind === 'seat' ? t('no_amount') : ''}</b></span>
      <span className="task-line"><span className="cut grow">{[label(task.text) || label(task.title), task.unit].filter(Boolean).join(' · ')}</span>{box === 'todo' ? <Deadline due={task.due_at} /> : task.result && <span className="small quiet">{outcomeText(task.result)}</span>}</span>
      <span className="task-line small quiet cut">{third}</span>
    </Link>
  )
}

/** The last that somebody has done, where there is nothing to do. */
function LastDone() {
  const t = useWords(words), done = useLastDone(5).data?.items ?? []
  if (done.length === 0) return null
  return (
    <section aria-labelledby="last-done">
      <h2 id="last-done" className="task-group">{t('last_done')}</h2>
      <ul>{done.map(task => <li key={task.id}><Card task={task} place={DONE} chosen={false} /></li>)}</ul>
    </section>
  )
}

export function TaskList({ place, more, narrow, tasks, chosen, typed, type, picked, pick }: TaskListProps) {
  const t = useWords(words), now = useNow(), { box, only } = place
  const isNarrowed = only.overdue || only.unit !== ''
  const groups = tasks && (box === 'todo' ? grouped(tasks, now) : tasks.length > 0 ? [['all', tasks] as const] : [])
  return (
    <>
      <div className="task-find"><Input id="task-find" value={typed} allowClear placeholder={t('find')} aria-label={t('find')} onChange={event => type(event.target.value)} /></div>
      {narrow}
      <div className="task-scroll">
        {tasks === null && [0, 1, 2, 3].map(at => <div key={at} className="task-card"><span className="grey" /><span className="grey" /><span className="grey" /></div>)}
        {groups?.map(([name, list]) => (
          <section key={name} aria-labelledby={`tasks-${name}`}>
            <h2 id={`tasks-${name}`} className="task-group"><span className="grow">{t(name)} · {list.length}</span>{box === 'todo' && name !== 'open_end' && <small className="hint">{t('due')}</small>}</h2>
            <ul>{list.map(task => (
              <li key={task.id} className={picked ? 'batch-row' : ''}>
                {picked && box === 'todo' && <Checkbox aria-label={t('choose_task', { title: task.record_title })} checked={picked.has(task.id)} onChange={event => pick(toggled(picked, task.id, event.target.checked))} />}
                <Card task={task} place={place} chosen={task.id === chosen} />
              </li>
            ))}</ul>
          </section>
        ))}
        {more && <p className="task-more">{more}</p>}
        {groups?.length === 0 && <div className="empty"><h2>{typed ? t('none_found', { text: typed }) : isNarrowed ? t('none_such') : t(`empty_${box}`)}</h2></div>}
        {groups?.length === 0 && box === 'todo' && !typed && !isNarrowed && <LastDone />}
      </div>
    </>
  )
}
