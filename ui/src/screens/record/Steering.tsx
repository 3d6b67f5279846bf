/** What administrators do with a whole approval, each act with its reason; and the reminder by the starter. */
import { Button, Input, Radio, Select } from 'antd'
import { useId, useState } from 'react'
import type { Process } from '../../kernel/api/processes'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import type { Chosen } from '../parts/ChoosePeople'
import { words } from './words'

export type Way = 'suspend' | 'resume' | 'terminate' | 'jump' | 'settle'
const WAYS: readonly Way[] = ['settle', 'suspend', 'resume', 'jump', 'terminate']

export interface Steer { readonly way: string, readonly reason?: string, readonly to?: string, readonly choose?: Chosen, readonly done?: boolean }

interface SteeringProps { readonly process: Process, readonly busy: boolean, readonly failure: unknown, readonly steer: (steer: Steer, done: () => void) => void, readonly forget: () => void }

export function Steering({ process, busy, failure, steer, forget }: SteeringProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), id = useId()
  const [way, setWay] = useState<Way | null>(null), [reason, setReason] = useState(''), [lacking, setLacking] = useState(false)
  const asked = process.jump?.asked
  const [to, setTo] = useState<string | undefined>(asked?.step ?? process.jump?.to[0]?.step)
  const unsettled = process.unsettled ?? [], [call, setCall] = useState<string | undefined>(undefined), [done, setDone] = useState<boolean | null>(null)
  const about = call ?? unsettled[0]?.step
  const close = () => { setWay(null); setReason(''); setLacking(false); setDone(null); forget() }
  const send = () => {
    setLacking(!reason.trim())
    if (!way || !reason.trim() || busy || (way === 'settle' && done === null)) return
    if (way === 'settle') return steer({ way, reason: reason.trim(), to: about ?? '', done: done === true }, close)
    steer({ way, reason: reason.trim(), ...(way === 'jump' && to ? { to } : {}) }, close)
  }
  const title = (step: string) => label(process.jump?.to.find(each => each.step === step)?.title ?? null) || step
  return (
    <>
      {process.can.includes('urge') && <Button size="small" aria-busy={busy} onClick={() => steer({ way: 'urge' }, () => undefined)}>{t('urge')}</Button>}
      {WAYS.filter(each => process.can.includes(each)).map(each => <Button key={each} size="small" danger={each === 'terminate'} onClick={() => setWay(each)}>{t(each)}</Button>)}
      {asked && <p className="small quiet" role="status">{t('jump_asked', { name: asked.by?.name ?? '', step: title(asked.step) })}</p>}
      {way && (
        <Dialog title={t(way)} close={close}>
          <p className="quiet">{t(`${way}_text`)}</p>
          {way === 'jump' && process.jump && (
            <>
              <label className="field-label" htmlFor={`${id}-to`}>{t('jump_to')}</label>
              <Select id={`${id}-to`} className="wide" value={to ?? null} onChange={setTo} options={process.jump.to.map(each => ({ value: each.step, label: label(each.title) }))} getPopupContainer={node => node.parentElement ?? node} />
            </>
          )}
          {way === 'settle' && (
            <>
              {unsettled.length > 1 && <><label className="field-label" htmlFor={`${id}-call`}>{t('settle_at')}</label><Select id={`${id}-call`} className="wide" value={about ?? null} onChange={setCall} options={unsettled.map(each => ({ value: each.step, label: label(each.title) || each.step }))} getPopupContainer={node => node.parentElement ?? node} /></>}
              <p className="field-label" id={`${id}-how`}>{t('settle_how')}</p>
              <Radio.Group aria-labelledby={`${id}-how`} value={done} onChange={event => setDone(event.target.value as boolean)} options={[{ value: true, label: t('settle_done') }, { value: false, label: t('settle_not_done') }]} />
            </>
          )}
          <label className="field-label" htmlFor={`${id}-why`}>{t('why')}</label>
          <Input.TextArea id={`${id}-why`} rows={2} value={reason} maxLength={500} status={lacking ? 'error' : ''} aria-invalid={lacking} onChange={event => { setReason(event.target.value); setLacking(false) }} />
          <p role="status" className="message-error">{lacking ? t('why_needed') : ''}</p>
          {failure !== null && <Failure error={failure} />}
          <p className="dialog-foot"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" danger={way === 'terminate'} aria-busy={busy} onClick={send}>{t(way)}</Button></p>
        </Dialog>
      )}
    </>
  )
}
