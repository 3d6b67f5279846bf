/** The approval of a record: where it stands, what happened, and what this person may do about it here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call, get, path } from '../../kernel/api/client'
import { keys, useMe } from '../../kernel/api/queries'
import type { Process } from '../../kernel/api/processes'
import { useOnce } from '../../kernel/api/once'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { ChoosePeople, type Chosen } from '../parts/ChoosePeople'
import { ProcessTag, Trail } from '../parts/Trail'
import { Others, Reversal } from './Reversal'
import { Steering, type Steer } from './Steering'
import { words } from './words'

interface ApprovalProps { readonly app: string, readonly entity: string, readonly id: string, readonly process: Process }

/** The approval, or instead of it one of its sub-flows over the same record, which has no page of its own. */
export function Approval({ app, entity, id, process }: ApprovalProps) {
  const [inside, setInside] = useState<string | null>(null)
  const inner = useQuery({
    queryKey: [...keys.process(app, entity, id), inside],
    queryFn: async ({ signal }) => (await get<{ process: Process }>(path('api', app, entity, id, 'process'), { query: { instance: inside }, signal })).process,
    enabled: inside !== null,
  })
  const shown = inside !== null && inner.data ? inner.data : process
  const leave = inside === null ? null : () => setInside(null)
  return <OneApproval key={shown.id} app={app} entity={entity} id={id} process={shown} open={setInside} leave={leave} failure={inner.error} />
}

interface OneApprovalProps extends ApprovalProps { readonly open: (id: string) => void, readonly leave: (() => void) | null, readonly failure: unknown }

function OneApproval({ app, entity, id, process, open, leave, failure }: OneApprovalProps) {
  const t = useWords(words), label = useLabel(), client = useQueryClient(), once = useOnce()
  const me = useMe().data
  const [asking, setAsking] = useState(false), [named, setNamed] = useState<Chosen>({})
  const steer = useMutation({
    mutationFn: ({ way, ...body }: Steer) => once([way, body], key => call('POST', path('api', app, entity, id, 'process', way), { key, body: leave === null || way === 'reverse' ? body : { ...body, instance: process.id } })),
    onSuccess: () => {
      setAsking(false)
      for (const key of [keys.record(app, entity, id), keys.process(app, entity, id), keys.history(app, entity, id), ['tasks'], ['list'], keys.me]) void client.invalidateQueries({ queryKey: key })
    },
  })
  return (
    <section className="card" aria-labelledby="process">
      {asking && <Confirm title={t('recall_ask')} text={t('recall_text')} yes={t('recall')} busy={steer.isPending} failure={steer.error} confirm={() => steer.mutate({ way: 'recall' })} cancel={() => { setAsking(false); steer.reset() }} />}
      <div className="card-head"><h2 id="process">{t('process')}</h2><small className="hint grow">{label(process.title)}</small><ProcessTag state={process.state} /></div>
      <div className="card-body">
        {leave && <p className="small"><button type="button" className="link" onClick={leave}>{t('sub_flow_leave')}</button></p>}
        {failure ? <Failure error={failure} /> : null}
        <Trail process={process} me={me?.id ?? null} open={open} />
        <Others process={process} show={each => open(each.id)} />
        {steer.error && !asking && <Failure error={steer.error} />}
        <ChoosePeople choices={process.choose ?? []} chosen={named} change={setNamed} />
        <div className="steer">
          <Reversal process={process} busy={steer.isPending} failure={steer.error} steer={(what, done) => steer.mutate(what, { onSuccess: done })} forget={() => steer.reset()} />
          {process.can.includes('choose') && <Button size="small" type="primary" aria-busy={steer.isPending} disabled={Object.keys(named).length === 0} onClick={() => steer.mutate({ way: 'choose', choose: named }, { onSuccess: () => setNamed({}) })}>{t('choose')}</Button>}
          {process.can.includes('recall') && <Button size="small" onClick={() => setAsking(true)}>{t('recall')}</Button>}
          {process.can.includes('retry') && <Button size="small" aria-busy={steer.isPending} onClick={() => steer.mutate({ way: 'retry' })}>{t('retry')}</Button>}
          <Steering process={process} busy={steer.isPending} failure={steer.error} steer={(what, done) => steer.mutate(what, { onSuccess: done })} forget={() => steer.reset()} />
        </div>
      </div>
    </section>
  )
}
