/** Puts a field that the entity already has on the form. */

import { allItems, blocksOf, findBlock, formFile, formModel } from '../draft/definition'
import type { Command } from './command'

export interface AddItem {
  readonly form: string
  readonly field: string
  readonly block: string
  /** Place among the block's items; the end when absent. */
  readonly index?: number
}

export const command: Command<AddItem> = {
  name: 'add_item',
  run(files, { form, field, block, index }) {
    const model = formModel(files, form)
    const place = findBlock(model, block) ?? blocksOf(model).at(-1)
    if (!place || allItems(model).some(item => item.name === field)) return null
    const at = Math.min(index ?? place.items.length, place.items.length)
    return {
      edit: { operations: { [formFile(form)]: [{ kind: 'insertItem', list: [...place.path, 'items'], index: at, value: field }] } },
      select: { kind: 'item', name: field },
    }
  },
}
