/** Possible duplicates as the server tells them. */
import { useQuery } from '@tanstack/react-query'
import { call, get, path } from '../../kernel/api/client'
import type { Wire } from '../../kernel/api/types'
import { useSettled } from '../../widgets/reference'

export interface Named { readonly id: string, readonly title: string }
export interface Hint { readonly fields: readonly string[], readonly then: 'warn' | 'block', readonly records: readonly Named[], readonly hidden: number }
/** A pair; a record that is not this person's to see is null. */
export interface Case {
  readonly id: string
  readonly fields: readonly string[]
  readonly records: readonly (Named | null)[]
  readonly state: 'open' | 'dismissed'
  readonly reason: string | null
  readonly by: string | null
  readonly at: string | null
  readonly found_at: string
}

/** What agrees with the values that are being filled in, as soon as typing pauses. */
export function useHints(app: string, entity: string, rules: readonly { readonly fields: readonly string[] }[], values: Readonly<Record<string, Wire>>, id: string | undefined): readonly Hint[] {
  const names = [...new Set(rules.flatMap(rule => rule.fields))]
  const filled = Object.fromEntries(names.flatMap(name => ((values[name] ?? '') === '' ? [] : [[name, values[name]]])))
  const asked = useSettled(JSON.stringify(filled))
  return useQuery({
    queryKey: ['duplicates', app, entity, 'hint', asked, id],
    queryFn: async ({ signal }) => (await call<{ items: readonly Hint[] }>('POST', path('api', app, 'duplicates', entity), { body: { fields: JSON.parse(asked) as object, record_id: id ?? null }, signal })).data.items,
    enabled: rules.some(rule => rule.fields.every(name => name in filled)),
    staleTime: 10_000,
    retry: false,
  }).data ?? []
}

export const casesOf = (app: string, entity: string, id: string, signal?: AbortSignal) =>
  get<{ readonly items: readonly Case[] }>(path('api', app, 'duplicates', entity, id), signal ? { signal } : {}).then(answer => answer.items)

export const dismiss = (app: string, entity: string, id: string, each: string, reason: string) =>
  call<{ readonly items: readonly Case[] }>('POST', path('api', app, 'duplicates', entity, id, each, 'dismiss'), { body: { reason } })

/** Give one reason for every pair of a record that is still open. */
export async function dismissAll(app: string, entity: string, id: string, reason: string): Promise<void> {
  for (const each of await casesOf(app, entity, id)) if (each.state === 'open') await dismiss(app, entity, id, each.id, reason)
}

/** Where these records are compared and merged. */
export const mergePath = (app: string, entity: string, ids: readonly string[]): string =>
  `${path('app', app, 'merge', entity)}?${new URLSearchParams(ids.map(id => ['record', id])).toString()}`
