/** What the screens of webhooks ask, and how they learn of their own acts. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import type { Label } from '../../kernel/api/types'
import type { Choices, Delivery, Webhook } from './types'

const KEY = ['webhooks'] as const
/** What comes about without this person is looked for so often. */
const OFTEN = 10_000

export const useWebhooks = () => useQuery({ queryKey: [...KEY, 'list'], queryFn: ({ signal }) => get<{ readonly items: readonly Webhook[] }>('/api/admin/webhooks', { signal }), refetchInterval: OFTEN })

export const useDeliveries = (id: string) => useQuery({ queryKey: [...KEY, 'deliveries', id], queryFn: ({ signal }) => get<{ readonly items: readonly Delivery[] }>(path('api', 'admin', 'webhooks', id, 'deliveries'), { signal }), refetchInterval: OFTEN })

export const useChoices = () => useQuery({ queryKey: [...KEY, 'choices'], queryFn: ({ signal }) => get<Choices>('/api/admin/webhooks/choices', { signal }) })

export function useLookAgain(): () => void {
  const client = useQueryClient()
  return () => void client.invalidateQueries({ queryKey: KEY })
}

/** What an entity of an app is called; its name where it is not live any more. */
export function entityLabel(choices: Choices | undefined, app: string, entity: string, label: (of: Label | undefined) => string): string {
  return label(choices?.apps.find(each => each.app === app)?.entities.find(each => each.name === entity)?.label) || entity
}
