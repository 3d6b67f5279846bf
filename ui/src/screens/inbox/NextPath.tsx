/** 接下来: what follows when everybody agrees, worked out by the same engine from the record as it is now. */
import { useQuery } from '@tanstack/react-query'
import { path, post } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { TaskDetail, Trial } from '../../kernel/api/processes'
import { useWords } from '../../kernel/i18n/catalogue'
import { Path } from '../parts/Path'
import { words } from './words'

export function NextPath({ task }: { readonly task: TaskDetail }) {
  const t = useWords(words)
  const trial = useQuery<Trial>({
    queryKey: ['trial', task.app, task.workflow, task.record_id, task.record.version],
    queryFn: ({ signal }) => post<Trial>(path('api', task.app, 'workflows', task.workflow ?? '', 'simulate'), { body: { fields: {}, record_id: task.record_id }, signal }),
    enabled: task.workflow !== null && task.state === 'open',
    retry: false,
  })
  if (trial.error instanceof Refusal || !trial.data) return null
  const at = trial.data.steps.findIndex(step => step.step === task.step)
  // When the trial does not come past this step, its path would be another one than the real one.
  if (at < 0) return null
  return (
    <section className="card" aria-labelledby="task-next">
      <div className="card-head"><h2 id="task-next">{t('next')}</h2><small className="hint">{t('next_note')}</small></div>
      <div className="card-body"><Path trial={{ ...trial.data, steps: trial.data.steps.slice(at) }} /></div>
    </section>
  )
}
