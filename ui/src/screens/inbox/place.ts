/** What of a list of work stands in its address: the box, and which part of what is to do. */
import type { Box, Only } from '../../kernel/api/queries'

export const BOXES: readonly Box[] = ['todo', 'started', 'done', 'copies']

export interface Place { readonly box: Box, readonly only: Only }

export function placeOf(query: URLSearchParams): Place {
  const box = BOXES.find(each => each === query.get('box')) ?? 'todo'
  return { box, only: box === 'todo' ? { overdue: query.get('overdue') === '1', unit: query.get('unit') ?? '' } : { overdue: false, unit: '' } }
}

/** The end of an address that leads to the same place. */
export function endOf({ box, only }: Place): string {
  const query = new URLSearchParams({ ...(box === 'todo' ? {} : { box }), ...(only.overdue ? { overdue: '1' } : {}), ...(only.unit ? { unit: only.unit } : {}) })
  return query.size > 0 ? `?${query}` : ''
}
