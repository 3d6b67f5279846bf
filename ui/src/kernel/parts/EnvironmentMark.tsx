/** Which server this is: its name beside a dot of its colour; nothing where nobody told it. */
import { useQuery } from '@tanstack/react-query'
import { get } from '../api/client'
import type { Label } from '../api/types'
import { useLabel } from '../i18n/locale'
import './environment.css'

interface Answer { readonly environment: { readonly kind: 'development' | 'test' | 'production', readonly label: Label, readonly color: string } | null, readonly promotions_only: boolean }

export const useEnvironment = () =>
  useQuery({ queryKey: ['environment'], queryFn: ({ signal }) => get<Answer>('/api/environment', { signal, anonymous: true }), staleTime: Infinity })

export function EnvironmentMark() {
  const label = useLabel(), found = useEnvironment().data?.environment
  if (!found) return null
  return <span className="environment" data-kind={found.kind}><i aria-hidden="true" style={{ background: found.color }} />{label(found.label)}</span>
}
