/** Whether the screen is that of a phone. */
import { useSyncExternalStore } from 'react'

const phone = matchMedia('(max-width: 640px)')

const watch = (changed: () => void) => {
  phone.addEventListener('change', changed)
  return () => phone.removeEventListener('change', changed)
}

export const useIsNarrow = (): boolean => useSyncExternalStore(watch, () => phone.matches)
