/** Whether the window is too narrow for the designers, which are read only then. */

import { useSyncExternalStore } from 'react'

const query = window.matchMedia('(max-width: 899px)')

function subscribe(changed: () => void): () => void {
  query.addEventListener('change', changed)
  return () => query.removeEventListener('change', changed)
}

export const useIsNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches)
