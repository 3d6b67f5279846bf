/** Moves an item of a workflow to another place, in its list or in another one, with its comments. */

import type { Path } from '../../kernel/splice/lines'
import { modelAt, sameplace } from '../workflow/places'
import { allBlocks, treeOf } from '../workflow/tree'
import { workflowFile, workflowModel } from '../workflow/workflow'
import { applyEdit } from '../draft/files'
import type { Command, Selected } from './command'

export interface MovePart {
  readonly workflow: string
  readonly from: Path
  /** The list as it is now, and the place in it once the item is taken out. */
  readonly to: Path
  /** What is selected afterwards; of something without a name its new place is found. */
  readonly select: Selected
}

export const command: Command<MovePart> = {
  name: 'move_part',
  run(files, { workflow, from, to, select }) {
    const model = workflowModel(files, workflow)
    const moved = modelAt(model, from)
    if (moved === undefined || sameplace(from, to)) return null
    const edit = { operations: { [workflowFile(workflow)]: [{ kind: 'moveItem', from, to } as const] } }
    const done = applyEdit(files, edit)
    if (!done.ok || !select) return { edit, select }
    // A block without a name is known by its place, which is another one now.
    const after = allBlocks(treeOf(workflowModel(done.files, workflow)))
    const found = after.find(block => block.model === moved || JSON.stringify(block.model) === JSON.stringify(moved))
    return { edit, select: select.name.startsWith('/') && found ? { kind: 'step', name: found.id } : select }
  },
}
