/** Which fields the live release already has: their names are fixed. */

import { useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import { modelOf, parse } from '../../kernel/splice/document'
import { entityFile, mapOf } from './definition'
import { useDraft } from './store'
import type { PublishPlan } from './types'

export const planKey = (app: string) => ['builder', 'plan', app] as const

/** The plan of the saved draft; asked again whenever the draft was saved. */
export function usePlan(app: string) {
  const savedAt = useDraft(state => state.savedAt?.getTime() ?? 0)
  return useQuery({
    queryKey: [...planKey(app), savedAt],
    queryFn: ({ signal }) => get<PublishPlan>(path('api', 'builder', 'apps', app, 'plan'), { signal }),
    staleTime: Infinity,
  })
}

/** Whether the live release has this field; true while that is not known, so that nothing is renamed by mistake. */
export function useIsPublished(app: string, entity: string, field: string): boolean {
  const plan = usePlan(app).data
  if (!plan) return true
  const file = plan.files.find(each => each.path === entityFile(entity))
  if (!file) return plan.from !== null
  if (file.before === null) return false
  return field in mapOf(mapOf(modelOf(parse(file.before)))['fields'])
}
