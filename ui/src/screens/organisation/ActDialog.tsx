/** One act of administration: what it needs, why it is done, and what the server finds wrong at the very field. */
import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { Refusal } from '../../kernel/api/failure'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { atFields } from './faults'
import { words } from './words'

const LONGEST_REASON = 200

/** A field of a dialog by the name that the server gives it. */
export interface Bound { readonly id: string, readonly fault: string }
export type Bind = (name: string) => Bound
export type Faults = Readonly<Record<string, string>>

interface ActDialogProps<T> {
  readonly title: string
  readonly text?: string
  readonly yes: string
  readonly danger?: boolean
  /** The fields of this dialog as pointers of the server name them, the reason aside. */
  readonly fields?: readonly string[]
  /** What is wrong before the server is asked, by field. */
  readonly check?: () => Faults
  readonly send: (reason: string) => Promise<T>
  readonly done: (answer: T) => void
  readonly close: () => void
  readonly children?: (bind: Bind) => ReactNode
}

export function ActDialog<T>({ title, text, yes, danger = false, fields = [], check = () => ({}), send, done, close, children }: ActDialogProps<T>) {
  const t = useWords(words), c = useWords(common), id = useId(), form = useRef<HTMLFormElement>(null)
  const [reason, setReason] = useState(''), [attempted, setAttempted] = useState(false)
  const names = [...fields, 'reason'], foundIn = (error: Error | null) => atFields(error instanceof Refusal ? error.faults : [], names)
  // Each attempt leads to the first field that is wrong, whether it was found here or by the server.
  const lead = (wrong: Faults) => {
    const first = names.find(name => wrong[name])
    if (first) form.current?.querySelector<HTMLElement>(`[id="${CSS.escape(`${id}-${first}`)}"]`)?.focus()
  }
  const act = useMutation({ mutationFn: () => send(reason.trim()), onSuccess: done, onError: error => lead(foundIn(error).at) })
  const wrong: Faults = { ...check(), ...(reason.trim() ? {} : { reason: t('need_reason') }) }
  // What is missing is said at the first attempt, and goes as soon as it is there.
  const said = foundIn(act.error), faults: Faults = attempted ? { ...said.at, ...wrong } : {}
  const bind: Bind = name => ({ id: `${id}-${name}`, fault: faults[name] ?? '' })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (act.isPending) return
    setAttempted(true)
    lead(wrong)
    act.reset()
    if (Object.keys(wrong).length === 0) act.mutate()
  }
  const why = bind('reason')
  return (
    <Dialog title={title} close={act.isPending ? undefined : close} width={480}>
      {text && <p className="quiet">{text}</p>}
      <form ref={form} className="act" noValidate onSubmit={submit}>
        {children?.(bind)}
        <Field bound={why} label={t('reason')} hint={t('reason_hint')}>
          <Input {...inputOf(why)} value={reason} maxLength={LONGEST_REASON} autoComplete="off" onChange={event => setReason(event.target.value)} />
        </Field>
        {act.error && said.elsewhere && <Failure error={act.error} />}
        <p className="dialog-foot"><Button onClick={close} disabled={act.isPending}>{c('cancel')}</Button><Button type="primary" danger={danger} htmlType="submit" aria-busy={act.isPending}>{yes}</Button></p>
      </form>
    </Dialog>
  )
}

/** What an input needs to be named, and to say what is wrong with it. */
export const inputOf = ({ id, fault }: Bound) => ({ id, 'aria-invalid': fault !== '', 'aria-describedby': `${id}-hint ${id}-fault`, 'status': fault ? 'error' as const : '' as const })

interface FieldProps { readonly bound: Bound, readonly label: string, readonly hint?: string, readonly children: ReactNode }

export function Field({ bound: { id, fault }, label, hint, children }: FieldProps) {
  return (
    <div className="act-field">
      <label id={`${id}-label`} htmlFor={id}>{label}</label>
      {children}
      {hint && <p id={`${id}-hint`} className="hint small">{hint}</p>}
      <p id={`${id}-fault`} className="fault" role="alert">{fault}</p>
    </div>
  )
}
