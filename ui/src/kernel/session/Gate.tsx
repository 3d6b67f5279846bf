/** Lets a signed-in person through and shows the sign-in page to everybody else, at the same address. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { call, get } from '../api/client'
import { Refusal } from '../api/failure'
import { keys } from '../api/queries'
import type { Me } from '../api/types'
import { showLocale } from '../i18n/locale'
import { Failure } from '../parts/Failure'
import { SignIn } from './SignIn'
import { signedIn, useSession } from './store'

/** Note who is at the keyboard and speak this person's language. */
function greet(me: Me): Me {
  signedIn(me.id)
  showLocale(me.locale)
  return me
}

export function Gate({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [entered, setEntered] = useState(false)
  const first = useQuery({
    queryKey: ['first-look'],
    queryFn: async () => {
      const me = greet(await get<Me>('/api/auth/me', { anonymous: true }))
      client.setQueryData(keys.me, me)
      return me.id
    },
    retry: false, staleTime: Infinity, refetchOnWindowFocus: false,
  })
  const enter = async (me: Me) => {
    const { chosenLocale } = useSession.getState()
    // Who chose a language on this page wants to go on in it.
    const person = chosenLocale === null || chosenLocale === me.locale ? me : (await call<Me>('PATCH', '/api/auth/me', { body: { locale: chosenLocale } })).data
    client.setQueryData(keys.me, greet(person))
    setEntered(true)
  }
  if (entered || first.data) return children
  if (first.error instanceof Refusal && first.error.status === 401) return <SignIn done={enter} />
  if (first.error) return <div className="gate"><Failure error={first.error} retry={() => void first.refetch()} /></div>
  return <div className="gate" aria-busy="true" />
}
