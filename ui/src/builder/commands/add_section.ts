/** Adds an empty section behind another one, or at the end. */

import type { Label } from '../../kernel/api/types'
import { blocksOf, findBlock, formFile, formModel, freeName } from '../draft/definition'
import type { Command } from './command'

export interface AddSection {
  readonly form: string
  readonly label: Label
  readonly after?: string
}

export const command: Command<AddSection> = {
  name: 'add_section',
  run(files, { form, label, after }) {
    const model = formModel(files, form)
    const blocks = blocksOf(model)
    const near = (after && findBlock(model, after)) || blocks.at(-1)
    if (!near) return null
    const name = freeName('section', blocks.map(block => block.name))
    const list = near.path.slice(0, -1)
    const value = { section: name, label: { ...label }, columns: 2, items: [] }
    return {
      edit: { operations: { [formFile(form)]: [{ kind: 'insertItem', list, index: (near.path.at(-1) as number) + 1, value }] } },
      select: { kind: 'block', name },
    }
  },
}
