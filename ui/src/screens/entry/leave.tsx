/** Leaving with unsaved changes asks once; closing the window, too. */
import { useEffect, type RefObject } from 'react'
import { useBlocker } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { Confirm } from '../../kernel/parts/Dialog'
import { words } from './words'

interface LeaveGuardProps {
  readonly dirty: boolean
  /** Set just before the page itself leaves, when there is nothing left to lose. */
  readonly done: RefObject<boolean>
}

export function LeaveGuard({ dirty, done }: LeaveGuardProps) {
  const t = useWords(words)
  const blocker = useBlocker(({ currentLocation, nextLocation }) => dirty && !done.current && currentLocation.pathname !== nextLocation.pathname)
  useEffect(() => {
    if (!dirty) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [dirty])
  if (blocker.state !== 'blocked') return null
  return <Confirm title={t('leave')} text={t('leave_text')} yes={t('leave_yes')} no={t('leave_no')} confirm={() => blocker.proceed()} cancel={() => blocker.reset()} />
}
