/** Which fields columns of earlier files were; kept on this device, since it holds names of columns and nothing of customers. */
import type { EntityScreen } from '../../kernel/api/types'
import { suggestField, type Assigned } from './data'

function read(place: string): Assigned {
  const kept: unknown = JSON.parse(localStorage.getItem(place) ?? '{}')
  return kept !== null && typeof kept === 'object' ? Object.fromEntries(Object.entries(kept).map(([column, field]) => [column, String(field)])) : {}
}

export const placeOf = (person: string, app: string, entity: string): string => `qiqiao.imports.${person}.${app}.${entity}`

/** What these columns were the last time, as far as there still are such fields, else what they are called like; no field for two of them. */
export function suggested(place: string, columns: readonly string[], entity: EntityScreen): Assigned {
  const kept = read(place), fields = Object.values(entity.fields).filter(field => field.writable), taken = new Set<string>()
  return Object.fromEntries(columns.map(column => {
    const was = kept[column], found = was === '' || fields.some(field => field.name === was) ? was ?? '' : suggestField(column, fields)
    const field = taken.has(found) ? '' : found
    if (field) taken.add(field)
    return [column, field]
  }))
}

export function remember(place: string, assigned: Assigned): void {
  if (Object.keys(assigned).length > 0) localStorage.setItem(place, JSON.stringify({ ...read(place), ...assigned }))
}
