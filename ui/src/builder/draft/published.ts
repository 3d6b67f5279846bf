/** Which fields the live release already has: their names are fixed. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import { modelOf, parse } from '../../kernel/splice/document'
import { entityFile, mapOf } from './definition'
import { useDraft } from './store'
import type { PublishPlan } from './types'

export const planKey = (app: string) => ['builder', 'plan', app] as const

/** The plan of the saved draft, for some units (their codes) or for all; asked again whenever the draft was saved. */
export function usePlan(app: string, units: readonly string[] = []) {
  const savedAt = useDraft(state => state.savedAt?.getTime() ?? 0)
  return useQuery({
    queryKey: [...planKey(app), savedAt, ...units],
    queryFn: ({ signal }) => get<PublishPlan>(`${path('api', 'builder', 'apps', app, 'plan')}?${new URLSearchParams(units.map(code => ['unit', code]))}`, { signal }),
    staleTime: Infinity,
    // While the next plan is on its way the one before still says what is live.
    placeholderData: keepPreviousData,
  })
}

/** Whether the live release has this field; true while that is not known, so that nothing is renamed by mistake. */
export function useIsPublished(app: string, entity: string, field: string): boolean {
  const plan = usePlan(app).data
  // A file that did not differ when the draft was opened has its live text in the store, also before the first save.
  const live = useDraft(state => state.live[entityFile(entity)])
  const file = plan?.files.find(each => each.path === entityFile(entity))
  return isIn(live ?? (file ? file.before : undefined), field, plan !== undefined && plan.from === null)
}

/** Whether a live text declares a field; `undefined` is a text that is not known, null one that does not exist. */
export function isIn(live: string | null | undefined, field: string, isFirst: boolean): boolean {
  if (live === undefined) return !isFirst
  return live !== null && field in mapOf(mapOf(modelOf(parse(live)))['fields'])
}
