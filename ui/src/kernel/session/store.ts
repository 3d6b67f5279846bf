/** Whether a login is there; one that ends while a page is open is asked for again over that page. */
import { create } from 'zustand'

interface SessionState {
  /** The id of the person who signed in on this page, kept so that a different one is not given this one's page. */
  readonly personId: string | null
  readonly asking: boolean
  /** The language somebody chose before signing in; it becomes that person's own. */
  readonly chosenLocale: string | null
  readonly waiting: readonly (() => void)[]
}

export const useSession = create<SessionState>()(() => ({ personId: null, asking: false, chosenLocale: null, waiting: [] }))

/** Note who is at the keyboard. */
export const signedIn = (personId: string): void => useSession.setState({ personId })

/** Note a language that was chosen before the login. */
export const chooseLocale = (chosenLocale: string): void => useSession.setState({ chosenLocale })

/** Open the login over the page; the promise ends when a login is there again. */
export const signInAgain = (): Promise<void> =>
  new Promise(resolve => useSession.setState(({ waiting }) => ({ asking: true, waiting: [...waiting, resolve] })))

/** The login is there again: everything that waited goes on. Another person starts with an empty page instead. */
export function loginReturned(personId: string): void {
  const { personId: before, waiting } = useSession.getState()
  if (before !== null && before !== personId) {
    location.assign('/')
    return
  }
  useSession.setState({ personId, asking: false, waiting: [] })
  for (const go of waiting) go()
}
