/** Makes a second step like one and puts it behind it; it and all steps inside have names of their own. */

import { entriesOf, type Model } from '../../kernel/splice/document'
import type { Value } from '../../kernel/splice/print'
import { freeName, isMap } from '../draft/definition'
import { written } from '../draft/written'
import { findBlock, namesOf, treeOf, VERBS } from '../workflow/tree'
import { workflowFile, workflowModel } from '../workflow/workflow'
import type { Command } from './command'

export interface DuplicateStep {
  readonly workflow: string
  readonly step: string
}

export const command: Command<DuplicateStep> = {
  name: 'duplicate_step',
  run(files, { workflow, step }) {
    const tree = treeOf(workflowModel(files, workflow))
    const block = findBlock(tree, step)
    if (!block) return null
    const taken = new Set(namesOf(tree))
    const index = block.path.at(-1) as number
    const list = block.path.slice(0, -1)
    const value = renamed(block.model, taken)
    const name = block.verb && block.name ? String((value as Map<string, Value>).get(isMap(block.model) && block.verb in block.model && block.model[block.verb] === block.name ? block.verb : 'name')) : ''
    return {
      edit: { operations: { [workflowFile(workflow)]: [{ kind: 'insertItem', list, index: index + 1, value }] } },
      select: { kind: 'step', name: name || `/${[...list, index + 1].join('/')}` },
    }
  },
}

/** The same with free names for every step and block in it. */
function renamed(model: Model, taken: Set<string>): Value {
  if (Array.isArray(model)) return model.map(item => renamed(item, taken))
  if (!isMap(model)) return written(model)
  const verb = VERBS.find(each => each in model)
  return new Map(entriesOf(model).map(([key, value]) => {
    const names = typeof value === 'string' && verb !== undefined && (key === verb ? verb !== 'choose' : key === 'name')
    return [key, names ? fresh(value) : renamed(value, taken)]
  }))

  function fresh(name: string): string {
    const [head = name, variant] = name.split('@')
    // `decide@branch` is followed by `decide@branch_2`: rules over `decide` hold for the copy too.
    const free = variant === undefined ? freeName(name, taken) : freeName(variant, [...taken].flatMap(each => (each.startsWith(`${head}@`) ? [each.slice(head.length + 1)] : [])))
    const made = variant === undefined ? free : `${head}@${free}`
    taken.add(made)
    return made
  }
}
