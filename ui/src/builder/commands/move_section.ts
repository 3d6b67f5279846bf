/** Moves a section one place up or down among its neighbours. */

import { findBlock, formFile, formModel } from '../draft/definition'
import type { Command } from './command'

export interface MoveSection {
  readonly form: string
  readonly block: string
  readonly by: 1 | -1
}

export const command: Command<MoveSection> = {
  name: 'move_section',
  run(files, { form, block, by }) {
    const model = formModel(files, form)
    const place = findBlock(model, block)
    if (!place) return null
    const list = place.path.slice(0, -1)
    const at = place.path.at(-1) as number
    const parent = list.reduce<unknown>((found, step) => (found as Record<string | number, unknown> | undefined)?.[step], model)
    if (!Array.isArray(parent) || at + by < 0 || at + by >= parent.length) return null
    return {
      edit: { operations: { [formFile(form)]: [{ kind: 'moveItem', from: place.path, to: [...list, at + by] }] } },
      select: { kind: 'block', name: block },
    }
  },
}
