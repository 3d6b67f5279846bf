/** Where a dragged thing would go: a field under the pointer wins over its section; a section without one means its end. */

import { closestCenter, pointerWithin, type CollisionDetection } from '../../kernel/dnd'
import type { Label } from '../../kernel/api/types'
import type { Place } from './designer'

export type Dragged =
  | { readonly kind: 'item', readonly item: string, readonly text: string }
  | { readonly kind: 'field', readonly field: string, readonly text: string }
  | { readonly kind: 'type', readonly type: string, readonly label: Label, readonly text: string }
  | { readonly kind: 'section', readonly text: string }

/** What a droppable says of itself; `index` is the place among all items of the section. */
export type Target = { readonly kind: 'item', readonly block: string, readonly index: number } | { readonly kind: 'block', readonly block: string, readonly count: number }

export const whereDropped: CollisionDetection = given => {
  const under = pointerWithin(given)
  const item = under.find(hit => String(hit.id).startsWith('item:'))
  if (item) return [item]
  return under.length ? under : closestCenter(given)
}

/** The place in the list as it is after the dragged item was taken out of it. */
export function placeOf(target: Target, dragged: Dragged, from: Place | null): Place {
  const index = target.kind === 'item' ? target.index : target.count
  const own = dragged.kind === 'item' && from?.block === target.block
  if (!own || !from) return { block: target.block, index }
  return { block: target.block, index: target.kind === 'block' ? target.count - 1 : index }
}
