/** Lets a signed-in person through and shows the sign-in page to everybody else, at the same address. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { get } from '../api/client'
import { Refusal } from '../api/failure'
import { keys } from '../api/queries'
import type { Me } from '../api/types'
import { showLocale } from '../i18n/locale'
import { Failure } from '../parts/Failure'
import { SignIn } from './SignIn'
import { signedIn } from './store'

export function Gate({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient()
  const [in_, setIn] = useState(false)
  const first = useQuery({
    queryKey: ['first-look'],
    queryFn: () => get<Me>('/api/auth/me', { anonymous: true }),
    retry: false, staleTime: Infinity, refetchOnWindowFocus: false,
  })
  const enter = (me: Me) => {
    client.setQueryData(keys.me, me)
    signedIn(me.id)
    showLocale(me.locale)
    setIn(true)
  }
  useEffect(() => {
    if (first.data) enter(first.data)
    // Only the first answer lets in; later ones are the business of useMe.
    // eslint-disable-next-line react/exhaustive-deps
  }, [first.data])

  if (in_) return children
  if (first.error instanceof Refusal && first.error.status === 401) return <SignIn done={enter} />
  if (first.error) return <div className="gate"><Failure error={first.error} retry={() => void first.refetch()} /></div>
  return <div className="gate" aria-busy="true" />
}
