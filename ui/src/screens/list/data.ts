/** The page of a list, and its counts, which come after it and never delay it. */
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import type { Page, RecordWire } from '../../kernel/api/types'
import { parts as partsOf } from '../../kernel/expr/dates'
import { selectOf, type ListParts } from './fields'
import { both } from './sentence'
import type { ListState } from './state'
import type { ColumnScreen } from '../../kernel/api/types'

export interface ListPage { readonly page: Page<RecordWire>, readonly seconds: number, readonly at: string }

/** The condition and the order that a view adds to what is asked. */
export const viewOf = ({ list }: ListParts, name: string) => list.views.find(view => view.name === name) ?? null

export const orderOf = (parts: ListParts, state: ListState): string =>
  state.order || (viewOf(parts, state.view)?.order ?? parts.list.order).join(',')

/** The list's own condition, that of its view, and what is asked. */
export const whereOf = (parts: ListParts, state: ListState): string => both(both(parts.list.where ?? '', viewOf(parts, state.view)?.where ?? ''), state.where)

/** The order of the rows: those of a group stand together. */
const askedOrder = (parts: ListParts, state: ListState): string => {
  const order = orderOf(parts, state), group = parts.list.group?.path
  return group === undefined || order.split(',')[0]?.replace(/^-/, '') === group ? order : [group, order].filter(Boolean).join(',')
}

/** Condition on a day: of an instant the day in the zone of the app. */
const onDay = ({ path: name, type }: ColumnScreen, operator: '>=' | '<=', iso: string): string => {
  const { year, month, day } = partsOf(iso)
  return `${type === 'datetime' ? `date_of(${name})` : name} ${operator} date(${year}, ${month}, ${day})`
}

export const betweenDays = (column: ColumnScreen, first: string, last: string): string => `${onDay(column, '>=', first)} and ${onDay(column, '<=', last)}`

/** What is under way between two days; without a last day it goes on. */
export const overlapping = (from: ColumnScreen, to: ColumnScreen, first: string, last: string): string =>
  `${onDay(from, '<=', last)} and (is_missing(${to.path}) or ${onDay(to, '>=', first)})`

/** The rows of now; those of before stay until they are there. */
export function useListPage(parts: ListParts, state: ListState, shown: readonly ColumnScreen[]) {
  const { screens: { app }, list } = parts
  const query = {
    where: whereOf(parts, state), order: askedOrder(parts, state), search: state.search, segment: state.segment,
    select: selectOf(parts, shown), limit: list.page_size, cursor: state.cursor, titles: true,
  }
  return useQuery<ListPage>({
    queryKey: ['list', app, list.entity, query],
    queryFn: async ({ signal }) => {
      const from = performance.now()
      const page = await get<Page<RecordWire>>(path('api', app, list.entity), { query, signal })
      return { page, seconds: (performance.now() - from) / 1000, at: new Date().toISOString() }
    },
    placeholderData: keepPreviousData,
    // Boards and calendars ask for their own records.
    enabled: list.view === 'table',
  })
}

/** How many records each view has, and how many the question of now; undefined while counting, null when it failed. */
export function useCounts(parts: ListParts, state: ListState, ready: boolean): { readonly now: number | null | undefined, readonly views: readonly (number | null | undefined)[] } {
  const { screens: { app }, list } = parts
  const own = list.where ?? '', wheres = ['', ...list.views.map(view => view.where ?? '')].map(where => both(own, where))
  const { segment } = state, questions = [{ where: whereOf(parts, state), search: state.search }, ...wheres.map(where => ({ where, search: '' }))]
  const answers = useQueries({
    queries: questions.map(({ where, search }) => ({
      queryKey: ['count', app, list.entity, where, search, segment],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await get<Page<RecordWire>>(path('api', app, list.entity), { query: { where, search, segment, limit: 1, count: 'exact', select: list.columns[0]?.path ?? 'id' }, signal })).count,
      enabled: ready,
      staleTime: 60_000,
    })),
  })
  const counts = answers.map(answer => (answer.isError ? null : answer.data))
  return { now: counts[0], views: counts.slice(1) }
}
