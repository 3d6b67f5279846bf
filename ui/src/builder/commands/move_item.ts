/** Moves an item to a place in a section; `by` moves it one place up or down, across section borders too. */

import { blockOfItem, blocksOf, findBlock, findItem, formFile, formModel } from '../draft/definition'
import type { Command } from './command'

export type MoveItem = { readonly form: string, readonly item: string } & (
  | { readonly block: string, readonly index: number }
  | { readonly by: 1 | -1 }
)

export const command: Command<MoveItem> = {
  name: 'move_item',
  run(files, given) {
    const model = formModel(files, given.form)
    const item = findItem(model, given.item)
    const from = blockOfItem(model, given.item)
    if (!item || !from) return null
    const target = 'by' in given ? neighbour(given.by) : { block: findBlock(model, given.block), index: given.index }
    if (!target?.block) return null
    const to = [...target.block.path, 'items', target.index]
    if (target.block === from && target.index === item.path.at(-1)) return null
    return {
      edit: { operations: { [formFile(given.form)]: [{ kind: 'moveItem', from: item.path, to }] } },
      select: { kind: 'item', name: given.item },
    }

    function neighbour(by: 1 | -1) {
      const blocks = blocksOf(model)
      const at = item!.path.at(-1) as number
      const next = at + by
      if (next >= 0 && next < from!.items.length) return { block: from, index: next }
      const other = blocks[blocks.findIndex(block => block.name === from!.name) + by]
      return other && { block: other, index: by > 0 ? 0 : other.items.length }
    }
  },
}
