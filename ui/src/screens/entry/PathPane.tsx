/** Who will be asked and why, worked out by the server's own engine from what is filled in now. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { Trial } from '../../kernel/api/processes'
import type { Wire } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useFailureText } from '../../kernel/parts/Failure'
import { SidePane } from '../parts/SidePane'
import { ChoosePeople, type Chosen } from '../parts/ChoosePeople'
import { Path } from '../parts/Path'
import type { Filled } from './model'
import { words } from './words'

const WAIT = 500

/** Field values alone: no system fields, no values of referenced records. */
const fieldsOf = (values: Filled): Record<string, Wire> =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== null && !name.includes('.') && !name.startsWith('_')))

interface PathPaneProps { readonly app: string, readonly workflow: string, readonly names: readonly string[], readonly values: Filled, readonly recordId?: string | undefined, readonly ready: boolean, readonly chosen: Chosen, readonly choose: (chosen: Chosen) => void }

export function PathPane({ app, workflow, names, values, recordId, ready, chosen, choose }: PathPaneProps) {
  const t = useWords(words), failure = useFailureText()
  const text = JSON.stringify(Object.fromEntries(Object.entries(fieldsOf(values)).filter(([name]) => names.includes(name))))
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT)
    return () => clearTimeout(timer)
  }, [text])
  const trial = useQuery<Trial>({
    queryKey: ['trial', app, workflow, recordId, settled, chosen],
    queryFn: ({ signal }) => post<Trial>(path('api', app, 'workflows', workflow, 'simulate'), { body: { fields: JSON.parse(settled) as object, ...(recordId ? { record_id: recordId } : {}), choose: chosen }, signal }),
    enabled: ready,
    placeholderData: keepPreviousData,
    retry: false,
  })
  // A server without trial runs has no such address: then there is nothing to show.
  if (trial.error instanceof Refusal && trial.error.status === 404) return null
  return (
    <SidePane title={t('path')} note={t('path_note')}>
      <div role="status" aria-busy={trial.isFetching}>
        {!ready && <p className="quiet small">{t('path_wait')}</p>}
        {ready && trial.error && <p className="message-warning">{t('path_failed', { reason: failure(trial.error) })}</p>}
        {ready && !trial.error && !trial.data && [0, 1, 2].map(at => <span key={at} className="grey path-grey" />)}
        {ready && !trial.error && trial.data && <Path trial={trial.data} />}
      </div>
      {ready && <ChoosePeople choices={[...(trial.data?.steps ?? []).flatMap(step => step.choose ?? []), ...(trial.data?.choose ?? [])]} chosen={chosen} change={choose} />}
    </SidePane>
  )
}
