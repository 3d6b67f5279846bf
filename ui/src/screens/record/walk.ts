/** The list one came from, so that its records can be walked without going back. */
import { useLocation } from 'react-router'
import type { Label } from '../../kernel/api/types'

export interface Walk {
  readonly ids: readonly string[]
  readonly at: number
  /** Number of the first of `ids` in the whole list. */
  readonly from: number
  readonly total: number | null
  readonly back: string
  /** What the list is called, in all languages: the way back follows the language of now. */
  readonly label: Label
}

/** The walk that the history entry carries, if one came from a list. */
export function useWalk(): Walk | null {
  const state: unknown = useLocation().state
  return typeof state === 'object' && state !== null && 'ids' in state && 'back' in state ? (state as Walk) : null
}
