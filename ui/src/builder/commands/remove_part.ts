/** Takes an item or a key out of a workflow: a step, a branch, a rule over persons. */

import type { Path } from '../../kernel/splice/lines'
import { modelAt } from '../workflow/places'
import { workflowFile, workflowModel } from '../workflow/workflow'
import type { Command, Selected } from './command'

export interface RemovePart {
  readonly workflow: string
  readonly path: Path
  readonly select: Selected
}

export const command: Command<RemovePart> = {
  name: 'remove_part',
  run(files, { workflow, path, select }) {
    if (modelAt(workflowModel(files, workflow), path) === undefined) return null
    return {
      edit: { operations: { [workflowFile(workflow)]: [typeof path.at(-1) === 'number' ? { kind: 'removeItem', path } : { kind: 'removeKey', path }] } },
      select,
    }
  },
}
