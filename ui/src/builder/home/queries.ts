/** What the home screens ask the server. */

import { useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import { useLabel } from '../../kernel/i18n/locale'
import type { AppEntry, AppHomeAnswer, ReleaseEntry, Review, ReviewWithPlan } from '../draft/types'

export const useBuilderApps = () =>
  useQuery({ queryKey: ['builder', 'apps'], queryFn: ({ signal }) => get<{ items: readonly AppEntry[] }>('/api/builder/apps', { signal }) })

/** What an app is called, by its name. */
export function useAppName(): (app: string) => string {
  const label = useLabel(), apps = useBuilderApps().data?.items ?? []
  return app => label(apps.find(each => each.app === app)?.label) || app
}

export const useAppHome = (app: string) =>
  useQuery({ queryKey: ['builder', 'home', app], queryFn: ({ signal }) => get<AppHomeAnswer>(path('api', 'builder', 'apps', app), { signal }) })

/** For those who may look at reviews; an administrator comes to the builder for its sources only. */
export const useReviews = (enabled = true) =>
  useQuery({ queryKey: ['builder', 'reviews'], enabled, queryFn: ({ signal }) => get<{ items: readonly Review[] }>('/api/builder/reviews', { signal }), refetchInterval: 60_000 })

export const useReview = (id: string) =>
  useQuery({ queryKey: ['builder', 'reviews', id], queryFn: ({ signal }) => get<ReviewWithPlan>(path('api', 'builder', 'reviews', id), { signal }) })

export const useReleases = (app: string) =>
  useQuery({ queryKey: ['builder', 'releases', app], queryFn: ({ signal }) => get<{ items: readonly ReleaseEntry[], scheduled: readonly Review[] }>(path('api', 'builder', 'apps', app, 'releases'), { signal }) })
