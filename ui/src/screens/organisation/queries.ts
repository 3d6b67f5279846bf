/** What the screens of the organisation ask, and what an act changes of it. */
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import type { Me, Page } from '../../kernel/api/types'
import { mayAdminister, mayAudit } from '../shell/menu'
import type { OrganisationEvent, PersonPage, PersonRow, RolesOfApp, Unit } from './types'

const PAGE = 50
const keys = {
  all: ['organisation'] as const,
  person: (id: string) => ['organisation', 'person', id] as const,
  units: ['organisation', 'units'] as const,
}

export interface PeopleFilter { readonly search: string, readonly unit: string | null, readonly post_in?: string, readonly role: string | null, readonly state: 'active' | 'shut_out' }

/** Whether a person may look at people and units at all. */
export const mayLook = (me: Me): boolean => mayAdminister(me) || mayAudit(me)

/** People by user name, page after page; what is there stays while the next answer is on its way. */
export const usePeople = (filter: PeopleFilter) =>
  useInfiniteQuery({
    queryKey: [...keys.all, 'people', filter],
    queryFn: ({ pageParam, signal }) => get<Page<PersonRow>>('/api/admin/people', { query: { ...filter, limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
    placeholderData: keepPreviousData,
  })

export const usePerson = (id: string) =>
  useQuery({ queryKey: keys.person(id), queryFn: ({ signal }) => get<PersonPage>(path('api', 'admin', 'people', id), { signal }) })

export const useUnits = () =>
  useQuery({ queryKey: keys.units, queryFn: async ({ signal }) => (await get<{ readonly items: readonly Unit[] }>('/api/admin/units', { signal })).items })

export const useUnitHistory = (id: string) =>
  useQuery({ queryKey: [...keys.all, 'unit-history', id], queryFn: async ({ signal }) => (await get<{ readonly items: readonly OrganisationEvent[] }>(path('api', 'admin', 'units', id, 'history'), { signal })).items })

export const useRoles = () =>
  useQuery({ queryKey: [...keys.all, 'roles'], queryFn: async ({ signal }) => (await get<{ readonly items: readonly RolesOfApp[] }>('/api/admin/roles', { signal })).items, staleTime: 60_000 })

/** Takes up what an act answered: the person or the tree at once, everything else when it is asked for again. */
export function useTakeUp(): { readonly person: (page: PersonPage) => void, readonly units: (items: readonly Unit[]) => void } {
  const client = useQueryClient()
  const rest = (done: readonly unknown[]) => void client.invalidateQueries({ queryKey: keys.all, predicate: query => query.queryKey.join() !== done.join() })
  return {
    person: page => {
      client.setQueryData(keys.person(page.id), page)
      rest(keys.person(page.id))
    },
    units: items => {
      client.setQueryData(keys.units, items)
      rest(keys.units)
    },
  }
}
