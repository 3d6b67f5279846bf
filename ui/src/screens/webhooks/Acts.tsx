/** What an administrator does with one webhook: try, stop and start, a new secret, a replay, a change. */
import { useMutation } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { path, post } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import { ActDialog, Field, inputOf } from '../organisation/ActDialog'
import { useLookAgain } from './queries'
import type { Delivery, Webhook, WithSecret } from './types'
import { WebhookDialog } from './WebhookDialog'
import { words } from './words'

const HOURS = [1, 24, 72, 168]
const address = (webhook: Webhook, act: string) => path('api', 'admin', 'webhooks', webhook.id, act)

interface Props { readonly webhook: Webhook, readonly shown: (secret: WithSecret) => void }

export function Acts({ webhook, shown }: Props) {
  const t = useWords(words), again = useLookAgain()
  const [open, setOpen] = useState<'state' | 'delete' | 'rotate' | 'replay' | 'change' | null>(null)
  const close = () => setOpen(null), done = () => { close(); again() }
  const attempt = useMutation({ mutationFn: () => post<Delivery>(address(webhook, 'ping'), { body: {} }), onSettled: again })
  const act = webhook.state === 'active' ? 'stop' : 'start'
  return (
    <>
      <div className="webhook-acts">
        <Button size="small" aria-busy={attempt.isPending} onClick={() => { if (!attempt.isPending) attempt.mutate() }}>{attempt.isPending ? t('pinging') : t('ping')}</Button>
        <Button size="small" onClick={() => setOpen('state')}>{t(act)}</Button>
        {webhook.state === 'stopped' && <Button size="small" danger onClick={() => setOpen('delete')}>{t('delete')}</Button>}
        <Button size="small" onClick={() => setOpen('rotate')}>{t('rotate')}</Button>
        <Button size="small" onClick={() => setOpen('replay')}>{t('replay')}</Button>
        <Button size="small" onClick={() => setOpen('change')}>{t('change')}</Button>
        {attempt.data && !attempt.isPending && <span role="status" className={`tag ${attempt.data.delivered ? 'tag-ok' : 'tag-seal'}`}>{t(attempt.data.delivered ? 'taken' : 'not_taken')}{attempt.data.status === null ? '' : ` · ${attempt.data.status}`}</span>}
      </div>
      {attempt.error && <Failure error={attempt.error} />}
      {open === 'state' && <ActDialog title={t(`${act}_title`, { label: webhook.label })} text={t(`${act}_text`)} yes={t(act)} danger={act === 'stop'} close={close} done={done} send={reason => post<Webhook>(address(webhook, act), { body: { reason } })} />}
      {open === 'delete' && <ActDialog title={t('delete_title', { label: webhook.label })} text={t('delete_text')} yes={t('delete')} danger close={close} done={done} send={reason => post<unknown>(address(webhook, 'delete'), { body: { reason } })} />}
      {open === 'rotate' && <Rotate webhook={webhook} close={close} done={made => { done(); shown(made) }} />}
      {open === 'replay' && <Replay webhook={webhook} place={webhook.place} close={close} done={done} />}
      {open === 'change' && <WebhookDialog webhook={webhook} close={close} done={done} />}
    </>
  )
}

function Rotate({ webhook, close, done }: { readonly webhook: Webhook, readonly close: () => void, readonly done: (made: WithSecret) => void }) {
  const t = useWords(words), [hours, setHours] = useState(24)
  return (
    <ActDialog title={t('rotate_title', { label: webhook.label })} yes={t('rotate')} fields={['overlap_hours']} close={close} done={done} send={reason => post<WithSecret>(address(webhook, 'rotate'), { body: { overlap_hours: hours, reason } })}>
      {bind => (
        <Field bound={bind('overlap_hours')} label={t('overlap')}>
          <Select {...inputOf(bind('overlap_hours'))} className="wide" aria-labelledby={`${bind('overlap_hours').id}-label`} value={hours} onChange={setHours} options={[...HOURS.map(count => ({ value: count, label: t('hours', { count }) })), { value: 0, label: t('at_once') }]} />
        </Field>
      )}
    </ActDialog>
  )
}

interface ReplayProps { readonly webhook: Webhook, readonly place: number, readonly close: () => void, readonly done: () => void }

export function Replay({ webhook, place: from, close, done }: ReplayProps) {
  const t = useWords(words), [typed, setTyped] = useState(String(from)), place = typed.trim()
  return (
    <ActDialog
      title={t('replay_title', { label: webhook.label })} text={t('replay_text')} yes={t('replay')} fields={['place']} close={close} done={done} check={() => (/^\d{1,15}$/.test(place) ? {} : { place: t('need_place') })}
      send={reason => post<Webhook>(address(webhook, 'replay'), { body: { place: Number(place), reason } })}
    >
      {bind => <Field bound={bind('place')} label={t('place')} hint={t('place_hint', { place: webhook.place })}><Input {...inputOf(bind('place'))} inputMode="numeric" value={typed} autoComplete="off" onChange={event => setTyped(event.target.value)} /></Field>}
    </ActDialog>
  )
}
