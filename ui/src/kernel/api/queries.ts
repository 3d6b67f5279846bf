/** The questions that several screens ask, each under one cache key. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, get, path } from './client'
import type { Process, Task, TaskCounts, TaskDetail } from './processes'
import type { AppEntry, HistoryEntry, Me, Page, RecordView, RecordWire, Screens } from './types'

const MINUTE = 60_000

export const keys = {
  me: ['me'] as const,
  apps: ['apps'] as const,
  screens: (app: string) => ['screens', app] as const,
  record: (app: string, entity: string, id: string) => ['record', app, entity, id] as const,
  history: (app: string, entity: string, id: string) => ['history', app, entity, id] as const,
  process: (app: string, entity: string, id: string) => ['process', app, entity, id] as const,
  tasks: (box: string, overdue = false, unit = '') => ['tasks', box, overdue, unit] as const,
  task: (id: string) => ['task', id] as const,
}

/** The person at the keyboard, refreshed each minute so that the count of open work is right. */
export const useMe = () =>
  useQuery({ queryKey: keys.me, queryFn: ({ signal }) => get<Me>('/api/auth/me', { signal }), staleTime: MINUTE / 2, refetchInterval: MINUTE })

/** The apps this person may open. */
export const useApps = () =>
  useQuery({ queryKey: keys.apps, queryFn: ({ signal }) => get<{ items: readonly AppEntry[] }>('/api/apps', { signal }), staleTime: MINUTE })

const screensOf = (app: string) => ({
  queryKey: keys.screens(app),
  queryFn: ({ signal }: { signal: AbortSignal }) => get<Screens>(path('api', 'apps', app, 'screens'), { signal }),
  // A new release shows at the next visit of a page, without a reload; the ETag makes an unchanged answer cheap.
  staleTime: MINUTE / 4,
})

/** Everything that is drawn for one app, compiled for this person. */
export const useScreens = (app: string | undefined) => useQuery({ ...screensOf(app ?? ''), enabled: Boolean(app) })

/** Fetch the screens of an app outside a component's render. */
export function useScreensLoader(): (app: string) => Promise<Screens> {
  const client = useQueryClient()
  return app => client.fetchQuery(screensOf(app))
}

/** One record with its ETag and the titles of its references. */
export const useRecord = (app: string, entity: string, id: string | undefined) =>
  useQuery({
    queryKey: keys.record(app, entity, id ?? ''),
    queryFn: async ({ signal }): Promise<RecordView> => {
      const answer = await call<RecordWire>('GET', path('api', app, entity, id ?? ''), { query: { titles: true }, signal })
      return { record: answer.data, etag: answer.etag }
    },
    enabled: Boolean(id),
  })

/** What happened to a record, newest first. */
export const useHistory = (app: string, entity: string, id: string) =>
  useQuery({
    queryKey: keys.history(app, entity, id),
    queryFn: ({ signal }) => get<Page<HistoryEntry>>(path('api', app, entity, id, 'history'), { signal }),
  })

/** The approval of a record, or null. */
export const useProcess = (app: string, entity: string, id: string, enabled: boolean) =>
  useQuery({
    queryKey: keys.process(app, entity, id),
    queryFn: async ({ signal }) => (await get<{ process: Process | null }>(path('api', app, entity, id, 'process'), { signal })).process,
    enabled,
  })

export type Box = 'todo' | 'started' | 'done' | 'copies'

/** Which part of what is to do is wanted: what is overdue, and what was started in one unit. */
export interface Only { readonly overdue: boolean, readonly unit: string }

/** One box of work, page after page; what is there stays while the next answer is on its way. */
export const useTasks = (box: Box, { overdue, unit }: Only) =>
  useInfiniteQuery({
    queryKey: keys.tasks(box, overdue, unit),
    queryFn: ({ pageParam, signal }) => get<Page<Task>>('/api/tasks', { query: { box, limit: 100, cursor: pageParam, overdue, unit: unit || undefined }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: MINUTE,
  })

/** How much there is to do, how much of it is overdue, and both by the unit in which the work was started. */
export const useTaskCounts = () =>
  useQuery({
    queryKey: ['tasks', 'counts'],
    queryFn: ({ signal }) => get<TaskCounts>('/api/tasks/counts', { signal }),
    refetchInterval: MINUTE,
  })

/** The last tasks that somebody has done. */
export const useLastDone = (limit: number) =>
  useQuery({
    queryKey: ['tasks', 'last done', limit],
    queryFn: ({ signal }) => get<Page<Task>>('/api/tasks', { query: { box: 'done', limit }, signal }),
  })

/** One task and what is needed to decide it. */
export const useTask = (id: string | undefined) =>
  useQuery({
    queryKey: keys.task(id ?? ''),
    queryFn: ({ signal }) => get<TaskDetail>(path('api', 'tasks', id ?? ''), { signal }),
    enabled: Boolean(id),
  })
