/** Leaving with unsaved changes asks once; closing the window, too. */
import { Modal } from 'antd'
import { useEffect } from 'react'
import { useBlocker } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { words } from './words'

export function LeaveGuard({ dirty }: { readonly dirty: boolean }) {
  const t = useWords(words)
  const blocker = useBlocker(({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname)
  useEffect(() => {
    if (!dirty) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [dirty])
  return (
    <Modal
      open={blocker.state === 'blocked'} title={t('leave')} okText={t('leave_yes')} cancelText={t('leave_no')} okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()} onCancel={() => blocker.reset?.()}
    >{t('leave_text')}</Modal>
  )
}
