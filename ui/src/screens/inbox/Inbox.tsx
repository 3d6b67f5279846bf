/** The work of a person: to do, started, done; the list at the left, the task at the right, on a phone one after the other. */
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams, useSearchParams } from 'react-router'
import { useMe, useTasks, type Only } from '../../kernel/api/queries'
import { clock } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useIsNarrow } from '../../kernel/parts/narrow'
import { useTitle } from '../../kernel/parts/title'
import { outcomeText } from '../parts/kinds'
import { Batch } from './Batch'
import { ends } from './decide'
import { fits } from './group'
import { Narrow } from './Narrow'
import { BOXES, endOf, placeOf } from './place'
import { TaskList } from './TaskList'
import { TaskPane } from './TaskPane'
import { words } from './words'
import '../record/record.css'
import '../parts/parts.css'
import './inbox.css'

export default function Inbox() {
  const t = useWords(words), c = useWords(common), label = useLabel()
  const { id } = useParams()
  const [query] = useSearchParams()
  const place = placeOf(query), { box, only } = place
  const navigate = useNavigate(), narrow = useIsNarrow()
  const [typed, setTyped] = useState(''), [said, setSaid] = useState(''), [moved, setMoved] = useState(false)
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null)
  const answer = useTasks(box, only), open = useMe().data?.open_tasks
  const tasks = answer.data?.pages.flatMap(page => page.items).filter(task => fits(task, typed, label)) ?? null
  // On a wide screen the first task stands open, so that a decision needs no extra click.
  const shown = id ?? (narrow ? undefined : tasks?.[0]?.id)
  const suffix = endOf(place)
  const narrowTo = (next: Only) => { setPicked(null); void navigate(`/tasks${endOf({ box, only: next })}`) }
  useTitle(t(box === 'todo' ? 'title' : box))
  const step = (by: 1 | -1) => {
    const at = tasks?.findIndex(task => task.id === shown) ?? -1
    const next = tasks?.[at + by]
    if (next) {
      setMoved(true)
      void navigate(`/tasks/${next.id}${suffix}`, { replace: id !== undefined })
      document.querySelector(`[data-task="${next.id}"]`)?.scrollIntoView({ block: 'nearest' })
    }
  }
  useShortcuts({ 'J': () => step(1), 'K': () => step(-1), '/': () => document.getElementById('task-find')?.focus() })
  return (
    <div className={`inbox ${shown ? 'inbox-open' : ''}`}>
      <section className="inbox-list" aria-label={t('boxes')}>
        <h1 className="sr">{t('boxes')}</h1>
        <div className="tabs inbox-tabs">
          {BOXES.map(each => <Link key={each} to={each === 'todo' ? '/tasks' : `/tasks?box=${each}`} aria-current={each === box ? 'page' : undefined}>{t(each)}{each === 'todo' && open !== undefined && open > 0 && <small>{open}</small>}</Link>)}
        </div>
        {answer.error && answer.data && <div className="notice" role="alert"><span className="grow">{c('stale_list', { time: clock(new Date(answer.dataUpdatedAt).toISOString()) })}</span><Button size="small" onClick={() => void answer.refetch()}>{c('retry')}</Button></div>}
        {answer.error && !answer.data ? <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div> : <TaskList place={place} tasks={tasks} more={answer.hasNextPage ? <Button size="small" aria-busy={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('more')}</Button> : null} narrow={box === 'todo' ? <Narrow only={only} change={narrowTo} /> : null} chosen={shown} typed={typed} type={setTyped} picked={picked} pick={setPicked} />}
        {box === 'todo' && <Batch tasks={tasks ?? []} picked={picked} pick={setPicked} />}
        <p className="inbox-keys hint small" aria-hidden="true">{(tasks?.length ?? 0) > 0 && <><kbd>J</kbd> <kbd>K</kbd> {t('key_move')}</>}{box === 'todo' && (tasks?.length ?? 0) > 0 && <> <kbd>A</kbd> {t('key_agree')} <kbd>R</kbd> {t('key_return')} <kbd>Ctrl Enter</kbd> {t('key_confirm')}</>}</p>
      </section>
      <section className="inbox-task" aria-label={t('title')}>
        <p role="status" className={said ? 'inbox-said' : 'sr'}>{said}</p>
        {narrow && id && <Link className="inbox-back" to={`/tasks${suffix}`}>‹ {t(box === 'todo' ? 'title' : box)}</Link>}
        {shown
          ? <TaskPane id={shown} focus={moved} acted={act => setSaid(t('act_done', { act }))} decided={(task, _, decision) => {
              setSaid(t('decided', { title: task.record_title, decision: outcomeText(task.kind === 'work_item' && decision.name === 'complete' ? 'done' : decision.name) }))
              if (!ends(decision.name) && !(decision.name === 'read' && box === 'todo')) return
              const at = tasks?.findIndex(each => each.id === task.id) ?? -1, next = tasks?.[at + 1] ?? tasks?.[at - 1]
              setMoved(true)
              void navigate(next && box === 'todo' ? `/tasks/${next.id}${suffix}` : `/tasks${suffix}`, { replace: true })
            }} />
          : tasks?.length !== 0 && <div className="empty"><h2>{t('choose')}</h2><p>{t('choose_text')}</p></div>}
      </section>
    </div>
  )
}
