/** Removes a section with its items; the entity keeps the fields and their data. */

import { blocksOf, findBlock, formFile, formModel } from '../draft/definition'
import type { Command } from './command'

export interface RemoveSection {
  readonly form: string
  readonly block: string
}

export const command: Command<RemoveSection> = {
  name: 'remove_section',
  run(files, { form, block }) {
    const model = formModel(files, form)
    const place = findBlock(model, block)
    const others = blocksOf(model).filter(other => other.name !== block)
    if (!place || !others.length) return null
    return {
      edit: { operations: { [formFile(form)]: [{ kind: 'removeItem', path: place.path }] } },
      select: { kind: 'block', name: others.at(-1)?.name ?? '' },
    }
  },
}
