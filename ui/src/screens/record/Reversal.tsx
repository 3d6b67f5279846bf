/** 撤销: taking a completed approval back by another one; from each of the two one comes to the other. */
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import type { OtherProcess, Process } from '../../kernel/api/processes'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import type { Steer } from './Steering'
import { words } from './words'

interface ReversalProps { readonly process: Process, readonly busy: boolean, readonly failure: unknown, readonly steer: (steer: Steer, done: () => void) => void, readonly forget: () => void }

/** The button that starts it, or why it cannot be started now. */
export function Reversal({ process, busy, failure, steer, forget }: ReversalProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), id = useId()
  const [asking, setAsking] = useState(false), [reason, setReason] = useState(''), [lacking, setLacking] = useState(false)
  const offer = process.reversal
  if (!offer) return null
  const close = () => { setAsking(false); setReason(''); setLacking(false); forget() }
  const send = () => {
    setLacking(!reason.trim())
    if (reason.trim() && !busy) steer({ way: 'reverse', reason: reason.trim() }, close)
  }
  return (
    <>
      <Button size="small" danger disabled={offer.refused !== null} aria-describedby={`${id}-when`} onClick={() => setAsking(true)}>{t('reverse')}</Button>
      <span id={`${id}-when`} className="small quiet">{offer.refused ?? (offer.until ? t('reverse_until', { time: showInstant(offer.until, locale) }) : '')}</span>
      {asking && (
        <Dialog title={t('reverse')} close={close}>
          <p className="quiet">{t('reverse_text', { title: label(offer.title) })}</p>
          <label className="field-label" htmlFor={`${id}-why`}>{t('why')}</label>
          <Input.TextArea id={`${id}-why`} rows={2} value={reason} maxLength={500} status={lacking ? 'error' : ''} aria-invalid={lacking} onChange={event => { setReason(event.target.value); setLacking(false) }} />
          <p role="status" className="message-error">{lacking ? t('why_needed') : ''}</p>
          {failure !== null && <Failure error={failure} />}
          <p className="dialog-foot"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" danger aria-busy={busy} onClick={send}>{t('reverse')}</Button></p>
        </Dialog>
      )}
    </>
  )
}

/** The ways from an approval to its reversals, and from a reversal to what it takes back. */
export function Others({ process, show }: { readonly process: Process, readonly show: (other: OtherProcess) => void }) {
  const t = useWords(words), label = useLabel()
  const others = [...(process.reverses ? [{ other: process.reverses, word: t('reverses') }] : []), ...(process.reversed_by ?? []).map(other => ({ other, word: t('reversed_by') }))]
  return others.map(({ other, word }) => <p key={other.id} className="small">{word} <button type="button" className="link" onClick={() => show(other)}>{label(other.title)}</button></p>)
}
