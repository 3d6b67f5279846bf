/** What releases left behind: put back into the draft by a designer, or purged by two people after its time. */
import { Button } from 'antd'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { get, path, post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useMe } from '../../kernel/api/queries'
import type { Label, Person } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { When } from '../home/When'
import { words } from './words'

interface Tombstone {
  readonly id: string
  readonly thing: string
  readonly label: Label
  readonly kind: 'column' | 'table'
  readonly retyped: boolean
  readonly since: string | null
  readonly until: string | null
  readonly due: boolean
  readonly rows: number
  readonly bytes: number
}
interface Purge {
  readonly id: string
  readonly things: readonly string[]
  readonly state: 'open' | 'done' | 'withdrawn'
  readonly asked_by: Person | null
  readonly asked_at: string
  readonly decided_by: Person | null
  readonly can: readonly ('approve' | 'withdraw')[]
}
interface Answer {
  readonly items: readonly Tombstone[]
  readonly purges: readonly Purge[]
}
type Act = { readonly what: 'ask' } | { readonly what: 'approve' | 'withdraw', readonly purge: string }

export function Tombstones({ app }: { readonly app: string }) {
  const t = useWords(words), label = useLabel()
  const client = useQueryClient(), once = useOnce()
  const roles = useMe().data?.platform_roles ?? []
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [asked, setAsked] = useState<Act | null>(null)
  const base = ['api', 'builder', 'apps', app] as const
  const found = useQuery({ queryKey: ['builder', 'tombstones', app], queryFn: ({ signal }) => get<Answer>(path(...base, 'tombstones'), { signal }) })
  const back = useMutation({
    mutationFn: (thing: string) => once(thing, key => post<unknown>(path(...base, 'tombstones', 'bring-back'), { body: { thing }, key })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['builder'] }),
  })
  const act = useMutation({
    mutationFn: (wish: Act) => once(JSON.stringify([wish, chosen]), key => wish.what === 'ask'
      ? post<Answer>(path(...base, 'purges'), { body: { things: chosen }, key })
      : post<Answer>(path(...base, 'purges', wish.purge, wish.what), { body: {}, key })),
    onSuccess: () => {
      setAsked(null)
      setChosen([])
      void client.invalidateQueries({ queryKey: ['builder'] })
    },
  })
  const items = found.data?.items ?? [], purges = found.data?.purges ?? []
  const designs = roles.includes('designer'), purger = roles.includes('purger')
  const named = (id: string) => items.find(each => each.id === id)?.thing ?? id
  const close = () => {
    act.reset()
    setAsked(null)
  }
  if (!items.length && !purges.length) return null
  return (
    <section aria-label={t('tombstones')}>
      <h2>{t('tombstones')}</h2>
      <p className="hint">{t('tombstones_note')}</p>
      {(found.error ?? back.error) && <Failure error={found.error ?? back.error} />}
      {back.isSuccess && <p className="notice" role="status">{t('brought_back')}</p>}
      {items.length > 0 && (
        <div className="card table-card" role="region" tabIndex={0} aria-label={t('tombstones')}>
          <table>
            <thead><tr>{purger && <th scope="col"><span className="sr">{t('purge')}</span></th>}<th scope="col">{t('thing')}</th><th scope="col">{t('since')}</th><th scope="col">{t('kept_until')}</th><th scope="col">{t('size')}</th><th scope="col"><span className="sr">{t('acts')}</span></th></tr></thead>
            <tbody>
              {items.map(each => (
                <tr key={each.id}>
                  {purger && <td><input type="checkbox" aria-label={t('choose', { thing: each.thing })} disabled={!each.due} checked={chosen.includes(each.id)} onChange={event => setChosen(event.target.checked ? [...chosen, each.id] : chosen.filter(id => id !== each.id))} /></td>}
                  <th scope="row">{label(each.label)} <span className="hint mono">{each.thing}</span>{each.retyped && <span className="tag"> {t('earlier_type')}</span>}</th>
                  <td>{each.since && <When at={each.since} />}</td>
                  <td>{each.until && <When at={each.until} />}</td>
                  <td>{t('size_of', { count: each.rows, bytes: each.bytes })}</td>
                  <td>{designs && !each.retyped && <Button size="small" disabled={back.isPending} onClick={() => back.mutate(each.id)}>{t('bring_back')}</Button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {purger && <p><Button danger disabled={!chosen.length} onClick={() => setAsked({ what: 'ask' })}>{t('purge')}</Button></p>}
      {purges.length > 0 && (
        <div className="card table-card" role="region" tabIndex={0} aria-label={t('purges')}>
          <table>
            <thead><tr><th scope="col">{t('purges')}</th><th scope="col">{t('state')}</th><th scope="col">{t('author')}</th><th scope="col">{t('approver')}</th><th scope="col">{t('at')}</th><th scope="col"><span className="sr">{t('acts')}</span></th></tr></thead>
            <tbody>
              {purges.map(each => (
                <tr key={each.id}>
                  <th scope="row" className="mono">{each.things.map(named).join(' ')}</th>
                  <td><span className="tag">{t(`purge_${each.state}`)}</span></td>
                  <td>{each.asked_by?.name}</td>
                  <td>{each.decided_by?.name}</td>
                  <td><When at={each.asked_at} /></td>
                  <td>
                    {each.can.includes('approve') && <Button size="small" danger onClick={() => setAsked({ what: 'approve', purge: each.id })}>{t('purge_approve')}</Button>}
                    {each.can.includes('withdraw') && <Button size="small" disabled={act.isPending} onClick={() => act.mutate({ what: 'withdraw', purge: each.id })}>{t('purge_withdraw')}</Button>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked && (
        <Confirm
          title={asked.what === 'ask' ? t('purge_title', { count: chosen.length }) : t('purge_approve_title')} text={t(asked.what === 'ask' ? 'purge_text' : 'purge_approve_text')}
          yes={t(asked.what === 'ask' ? 'purge' : 'purge_approve')} busy={act.isPending} failure={act.error} confirm={() => act.mutate(asked)} cancel={close}
        />
      )}
    </section>
  )
}
