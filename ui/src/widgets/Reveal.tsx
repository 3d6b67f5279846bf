/** A masked value that may be revealed: asked for with a reason, shown for a minute, then masked again. */
import { Button, Input } from 'antd'
import { useEffect, useId, useState, type FormEvent } from 'react'
import { path, post } from '../kernel/api/client'
import type { FieldScreen, Wire } from '../kernel/api/types'
import { useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { common } from '../kernel/i18n/common'
import { useLabel } from '../kernel/i18n/locale'
import { Dialog } from '../kernel/parts/Dialog'
import { Failure } from '../kernel/parts/Failure'
import { words } from './words'

/** So many seconds a value stays in clear: long enough to compare it with a document, not to leave it on the screen. */
export const SECONDS = 60
const SHORTEST = 4, LONGEST = 200

interface Revealed { readonly values: Readonly<Record<string, Wire>>, readonly left: number }

interface RevealProps {
  readonly field: Pick<FieldScreen, 'type' | 'options' | 'name' | 'label'>
  readonly mask: string
  readonly app: string
  readonly zone: string
  readonly record: { readonly entity: string, readonly id: string }
}

export function Reveal({ field, mask, app, zone, record }: RevealProps) {
  const t = useWords(words), label = useLabel(), show = useShow(zone)
  const [asking, setAsking] = useState(false), [clear, setClear] = useState<Wire>(null), [seconds, setSeconds] = useState(0)
  const isShown = seconds > 0
  useEffect(() => {
    if (!isShown) return
    const timer = setInterval(() => setSeconds(before => Math.max(before - 1, 0)), 1000)
    return () => clearInterval(timer)
  }, [isShown])
  const hide = () => { setSeconds(0); setClear(null) }
  const reveal = (value: Wire) => { setClear(value); setSeconds(SECONDS); setAsking(false) }
  // One button for both ways, so that the focus stays where it is when the time is over.
  return (
    <span className="reveal">
      <span className="mono" role="status">{isShown ? show(field, clear) : mask}</span>
      <button type="button" className="link reveal-button" aria-expanded={isShown} onClick={isShown ? hide : () => setAsking(true)}>
        {t(isShown ? 'hide' : 'reveal')}<span className="sr"> {label(field.label)}</span>
      </button>
      {isShown && <small className="hint" aria-hidden="true">{t('seconds', { count: seconds })}</small>}
      {asking && <RevealDialog field={field} app={app} record={record} reveal={reveal} close={() => setAsking(false)} />}
    </span>
  )
}

interface RevealDialogProps extends Pick<RevealProps, 'field' | 'app' | 'record'> { readonly reveal: (value: Wire) => void, readonly close: () => void }

function RevealDialog({ field, app, record, reveal, close }: RevealDialogProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), id = useId()
  const [reason, setReason] = useState(''), [busy, setBusy] = useState(false), [failure, setFailure] = useState<unknown>(null)
  const tooShort = reason.trim().length < SHORTEST
  const ask = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || tooShort) return
    setBusy(true)
    setFailure(null)
    try {
      const found = await post<Revealed>(path('api', app, record.entity, record.id, 'reveal'), { body: { fields: [field.name], reason } })
      reveal(found.values[field.name] ?? null)
    } catch (error) {
      setFailure(error)
      setBusy(false)
    }
  }
  return (
    <Dialog title={t('reveal_title', { label: label(field.label) })} close={busy ? undefined : close}>
      <form onSubmit={event => void ask(event)}>
        <p>{t('reveal_text', { seconds: SECONDS })}</p>
        <div className="field">
          <label htmlFor={`${id}-reason`} className="field-label">{t('reveal_reason')}<span className="must" aria-hidden="true"> *</span></label>
          <Input.TextArea id={`${id}-reason`} value={reason} maxLength={LONGEST} rows={2} aria-required aria-describedby={`${id}-hint`} onChange={event => setReason(event.target.value)} />
          <p id={`${id}-hint`} className="hint small">{t('reveal_hint', { shortest: SHORTEST })}</p>
        </div>
        {failure !== null && <Failure error={failure} />}
        <p className="dialog-foot"><Button onClick={close} disabled={busy}>{c('cancel')}</Button><Button type="primary" htmlType="submit" disabled={tooShort} aria-busy={busy}>{t('reveal_confirm')}</Button></p>
      </form>
    </Dialog>
  )
}
