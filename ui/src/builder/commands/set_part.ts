/** Sets or clears one key at any place of a workflow; what stands around it is made with it, or goes with it when nothing else is left. */

import type { Operation } from '../../kernel/splice/operations'
import type { Path } from '../../kernel/splice/lines'
import type { Value } from '../../kernel/splice/print'
import { isMap } from '../draft/definition'
import { modelAt, wrapped } from '../workflow/places'
import { workflowFile, workflowModel } from '../workflow/workflow'
import type { Command, Selected } from './command'

export interface SetPart {
  readonly workflow: string
  readonly path: Path
  /** null clears: defaults are never written. */
  readonly value: Value | null
  /** The place below which nothing is taken away, a step for instance. */
  readonly within: Path
  readonly select: Selected
}

export const command: Command<SetPart> = {
  name: 'set_part',
  run(files, { workflow, path, value, within, select }) {
    const model = workflowModel(files, workflow)
    const there = modelAt(model, path)
    if (value === null && there === undefined) return null
    const operation: Operation = value === null ? { kind: 'removeKey', path: emptied(path) } : wrapped(model, path, value)
    return { edit: { operations: { [workflowFile(workflow)]: [operation] } }, select }

    /** The highest place that holds nothing but what is taken away. */
    function emptied(place: Path): Path {
      const around = place.slice(0, -1), map = modelAt(model, around)
      return around.length > within.length && isMap(map) && Object.keys(map).length === 1 && typeof around.at(-1) === 'string' ? emptied(around) : place
    }
  },
}
