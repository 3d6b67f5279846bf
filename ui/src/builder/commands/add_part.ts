/** Puts an item into a list of a workflow: a step, a branch, a rule over persons, a worked case. */

import type { Operation } from '../../kernel/splice/operations'
import type { Path } from '../../kernel/splice/lines'
import type { Value } from '../../kernel/splice/print'
import { modelAt, wrapped } from '../workflow/places'
import { workflowFile, workflowModel } from '../workflow/workflow'
import type { Command, Selected } from './command'

export interface AddPart {
  readonly workflow: string
  readonly list: Path
  /** The end when absent. */
  readonly index?: number
  readonly value: Value
  readonly select: Selected
}

export const command: Command<AddPart> = {
  name: 'add_part',
  run(files, { workflow, list, index, value, select }) {
    const model = workflowModel(files, workflow)
    const there = modelAt(model, list)
    const operation: Operation = Array.isArray(there)
      ? { kind: 'insertItem', list, index: Math.min(index ?? there.length, there.length), value }
      : wrapped(model, list, [value])
    return { edit: { operations: { [workflowFile(workflow)]: [operation] } }, select }
  },
}
