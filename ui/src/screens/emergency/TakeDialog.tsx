/** Take a role in an emergency: for how long, and what has happened; what it brings with it is said before. */
import { Button, Input, Select } from 'antd'
import { useId, useState, type FormEvent } from 'react'
import { useOnce } from '../../kernel/api/once'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { takeRole, type Offer } from './data'
import { words } from './words'

const SHORTEST = 4

export function TakeDialog({ offer, taken, close }: { readonly offer: Offer, readonly taken: () => void, readonly close: () => void }) {
  const t = useWords(words), c = useWords(common), label = useLabel(), id = useId(), once = useOnce()
  const [hours, setHours] = useState(1), [reason, setReason] = useState(''), [busy, setBusy] = useState(false), [failure, setFailure] = useState<unknown>(null)
  const tooShort = reason.trim().length < SHORTEST
  const take = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || tooShort) return
    setBusy(true)
    setFailure(null)
    try {
      await once({ offer, hours, reason }, key => takeRole(offer, hours, reason, key))
      taken()
      close()
    } catch (error) {
      setFailure(error)
      setBusy(false)
    }
  }
  return (
    <Dialog title={t('take_title', { role: label(offer.label) })} close={busy ? undefined : close}>
      <form onSubmit={event => void take(event)}>
        <p>{t('take_text')}</p>
        <div className="field">
          <label htmlFor={`${id}-reason`} className="field-label">{t('reason')}<span className="must" aria-hidden="true"> *</span></label>
          <Input.TextArea id={`${id}-reason`} value={reason} maxLength={200} rows={2} aria-required aria-describedby={`${id}-hint`} onChange={event => setReason(event.target.value)} />
          <p id={`${id}-hint`} className="hint small">{t('reason_hint')}</p>
        </div>
        <div className="field">
          <label id={`${id}-hours-label`} htmlFor={`${id}-hours`} className="field-label">{t('hours')}</label>
          <Select id={`${id}-hours`} aria-labelledby={`${id}-hours-label`} value={hours} onChange={setHours} options={Array.from({ length: offer.hours }, (_, at) => ({ value: at + 1, label: String(at + 1) }))} />
        </div>
        {failure !== null && <Failure error={failure} />}
        <p className="dialog-foot"><Button onClick={close} disabled={busy}>{c('cancel')}</Button><Button danger type="primary" htmlType="submit" disabled={tooShort} aria-busy={busy}>{t('take')}</Button></p>
      </form>
    </Dialog>
  )
}
