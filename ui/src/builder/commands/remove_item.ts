/** Takes an item off the form; the entity keeps the field and its data. */

import { blockOfItem, findItem, formFile, formModel } from '../draft/definition'
import type { Command } from './command'

export interface RemoveItem {
  readonly form: string
  readonly item: string
}

export const command: Command<RemoveItem> = {
  name: 'remove_item',
  run(files, { form, item }) {
    const model = formModel(files, form)
    const place = findItem(model, item)
    const block = blockOfItem(model, item)
    if (!place || !block) return null
    const at = block.items.findIndex(other => other.name === item)
    const near = block.items[at + 1] ?? block.items[at - 1]
    return {
      edit: { operations: { [formFile(form)]: [{ kind: 'removeItem', path: place.path }] } },
      select: near ? { kind: 'item', name: near.name } : { kind: 'block', name: block.name },
    }
  },
}
