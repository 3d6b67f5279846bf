/**
 * A dialog over the page: the browser's own, with its focus trap, its Escape and its inert page behind.
 *
 * Ant Design's would lock scrolling by a style without a nonce, which the content policy refuses.
 */
import { Button } from 'antd'
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { useWords } from '../i18n/catalogue'
import { common } from '../i18n/common'
import { Failure } from './Failure'

interface DialogProps {
  readonly title: string
  /** Absent when the dialog can only be answered, not closed. */
  readonly close?: (() => void) | undefined
  readonly width?: number
  /** From the lower edge of a phone. */
  readonly sheet?: boolean
  readonly children: ReactNode
}

export function Dialog({ title, close, width = 440, sheet = false, children }: DialogProps) {
  const c = useWords(common)
  const dialog = useRef<HTMLDialogElement>(null), name = useId()
  // Before it is taken out of the page: closed afterwards it would give the focus back to nothing.
  useLayoutEffect(() => {
    const node = dialog.current
    node?.showModal()
    // Closing gives the focus back to where it was.
    return () => node?.close()
  }, [])
  return (
    // A click beside the dialog is a shortcut of its close button.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog} className={`dialog ${sheet ? 'dialog-sheet' : ''}`} style={{ maxWidth: width }} aria-labelledby={name}
      onCancel={event => { event.preventDefault(); close?.() }} onClick={event => { if (event.target === dialog.current) close?.() }}
    >
      <div className="dialog-inner">
        <h2 id={name}>{title}</h2>
        {children}
        {close && <button type="button" className="icon-button dialog-close" aria-label={c('close')} onClick={close}>×</button>}
      </div>
    </dialog>
  )
}

interface ConfirmProps {
  readonly title: string
  readonly text: string
  readonly yes: string
  readonly no?: string
  readonly busy?: boolean
  readonly failure?: unknown
  readonly confirm: () => void
  readonly cancel: () => void
}

/** Asks once before something that cannot be taken back; the way back has the focus. */
export function Confirm({ title, text, yes, no, busy = false, failure = null, confirm, cancel }: ConfirmProps) {
  const c = useWords(common)
  return (
    <Dialog title={title} close={cancel}>
      <p>{text}</p>
      {failure !== null && <Failure error={failure} />}
      <p className="dialog-foot"><Button onClick={cancel}>{no ?? c('cancel')}</Button><Button danger type="primary" aria-busy={busy} onClick={confirm}>{yes}</Button></p>
    </Dialog>
  )
}
