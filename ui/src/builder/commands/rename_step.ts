/** Gives a step another name, at the step and wherever its file names it, as one step of undo. */

import type { Operation } from '../../kernel/splice/operations'
import { referencesTo } from '../workflow/references'
import { findBlock, namesOf, treeOf } from '../workflow/tree'
import { workflowFile, workflowModel } from '../workflow/workflow'
import type { Command } from './command'

export interface RenameStep {
  readonly workflow: string
  readonly step: string
  readonly name: string
}

/** Why a step cannot have this name: it breaks the rule of names, or another step has it; null when it can. */
export const refusedStepName = (name: string, taken: readonly string[]): 'rule' | 'taken' | null =>
  !/^[a-z][a-z0-9_]{0,47}(@[a-z][a-z0-9_]{0,47})?$/.test(name) ? 'rule' : taken.includes(name) ? 'taken' : null

export const command: Command<RenameStep> = {
  name: 'rename_step',
  run(files, { workflow, step, name }) {
    const model = workflowModel(files, workflow)
    const tree = treeOf(model)
    const block = findBlock(tree, step)
    if (!block?.verb || !block.name || refusedStepName(name, namesOf(tree))) return null
    const key = model && block.model[block.verb] === block.name ? block.verb : 'name'
    const operations: Operation[] = [{ kind: 'setValue', path: [...block.path, key], value: name }]
    // Keys last: a renamed key is the way to what stands below it.
    for (const found of referencesTo(model, block.name, block.path).toSorted((a, b) => Number(a.as === 'key') - Number(b.as === 'key') || b.path.length - a.path.length)) {
      if (found.as === 'key') operations.push({ kind: 'renameKey', path: found.path, name })
      else operations.push({ kind: 'setValue', path: found.path, value: found.as === 'act' ? found.text.replace(/\S+$/, name) : name })
    }
    return { edit: { operations: { [workflowFile(workflow)]: operations } }, select: { kind: 'step', name } }
  },
}
