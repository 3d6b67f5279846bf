/** What an event of the organisation says, as far as the screens know it. */
import type { Wire } from '../../kernel/api/types'
import type { OrganisationEvent } from './types'

type Body = OrganisationEvent['body']
const FIELDS = ['name', 'unit', 'active', 'region', 'parent', 'leader', 'closed'] as const
export type ChangedField = (typeof FIELDS)[number]
type Told = string | boolean | null
export interface ChangeTold { readonly field: ChangedField, readonly before: Told, readonly after: Told }

/** A text of an event; null where there is none. */
export const textIn = (body: Body, name: string): string | null => {
  const value = body[name]
  return typeof value === 'string' && value !== '' ? value : null
}

const told = (value: Wire | undefined): Told => (typeof value === 'string' || typeof value === 'boolean' ? value : null)

/** The changes of an event as before and after, in one order. */
export function changesOf(body: Body): readonly ChangeTold[] {
  const changes = body['changes']
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) return []
  const map = changes as { readonly [key: string]: Wire }
  return FIELDS.flatMap(field => {
    const pair = map[field]
    return Array.isArray(pair) ? [{ field, before: told(pair[0] as Wire), after: told(pair[1] as Wire) }] : []
  })
}
