/** What a list shows stands in the URL, so that it can be sent to a colleague; the way back stands in the history entry. */
import { useLocation, useNavigate, useSearchParams } from 'react-router'

export interface ListState {
  readonly view: string
  readonly where: string
  readonly order: string
  readonly search: string
  /** Only the members of this segment. */
  readonly segment: string
  readonly cursor: string
  /** Number of the first row, carried along with the cursor. */
  readonly at: number
}

interface Step { readonly cursor: string, readonly at: number }
interface Walk { readonly before?: readonly Step[] }

const NAMES = ['view', 'where', 'order', 'search', 'segment', 'cursor'] as const

export interface ListPlace {
  readonly state: ListState
  /** Change the question: the list starts again at its first row. */
  readonly ask: (change: Partial<Omit<ListState, 'cursor' | 'at'>>, replace?: boolean) => void
  readonly next: (cursor: string, at: number) => void
  /** The page before, or null at the start. `known` is false when one came in by a link and only the start is known. */
  readonly previous: { readonly go: () => void, readonly known: boolean } | null
}

/** The state of a list and the ways to change it. */
export function useListPlace(): ListPlace {
  const [query] = useSearchParams()
  const navigate = useNavigate(), location = useLocation()
  const before = (location.state as Walk | null)?.before ?? []
  const of = (name: string) => query.get(name) ?? ''
  const state: ListState = { view: of('view'), where: of('where'), order: of('order'), search: of('search'), segment: of('segment'), cursor: of('cursor'), at: Math.max(Number(of('at')) || 1, 1) }

  const go = (next: ListState, steps: readonly Step[], replace: boolean) => {
    const search = new URLSearchParams()
    for (const name of NAMES) if (next[name]) search.set(name, next[name])
    if (next.at > 1) search.set('at', String(next.at))
    void navigate({ search: search.toString() }, { replace, state: { before: steps } satisfies Walk })
  }
  return {
    state,
    ask: (change, replace = false) => go({ ...state, ...change, cursor: '', at: 1 }, [], replace),
    next: (cursor, at) => go({ ...state, cursor, at }, [...before, { cursor: state.cursor, at: state.at }], false),
    previous: state.cursor === '' ? null : {
      known: before.length > 0,
      go: () => {
        const last = before.at(-1) ?? { cursor: '', at: 1 }
        go({ ...state, ...last }, before.slice(0, -1), false)
      },
    },
  }
}
