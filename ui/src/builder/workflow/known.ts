/** What a name in a workflow may be: the things of the draft that a key can refer to. */

import { entriesOf } from '../../kernel/splice/document'
import { fieldsOf, isMap, labelOf, listOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import type { Label } from '../../kernel/api/types'
import type { Files } from '../draft/files'
import { operationsOf } from './presets'
import { allBlocks, type Block } from './tree'
import { workflowModel, workflowsIn } from './workflow'

export interface Known { readonly value: string, readonly label: Label | null }

export interface Around { readonly files: Files, readonly workflow: string, readonly entity: string, readonly tree: readonly Block[] }

const FIELDS: ReadonlySet<string> = new Set(['write', 'read', 'hide', 'require', 'unless_changed', 'replay_if_changed', 'editors_of', 'save', 'set'])
const STEPS: ReadonlySet<string> = new Set(['different_people', 'same_person', 'may_not_act_at', 'except'])

const bare = (names: readonly string[]): readonly Known[] => names.map(value => ({ value, label: null }))

/** The names that a key may have; null where the language takes any. */
export function knownFor(key: string, around: Around): readonly Known[] | null {
  const { files, workflow, entity, tree } = around
  const fields = (only?: (field: ModelMap) => boolean) => Object.entries(fieldsOf(files, entity)).filter(([, field]) => !only || only(mapOf(field))).map(([value, field]) => ({ value, label: labelOf(mapOf(field)['label']) }))
  const inFolder = (folder: string) => Object.keys(files).flatMap(path => (path.startsWith(`${folder}/`) ? [{ value: path.slice(folder.length + 1).replace(/\.yaml$/, ''), label: labelOf(mapOf(files[path]?.model)['label']) }] : []))
  if (FIELDS.has(key)) return fields()
  if (STEPS.has(key)) return stepNames(tree)
  switch (key) {
    case 'form':
      return inFolder('forms').filter(each => textOf(mapOf(files[`forms/${each.value}.yaml`]?.model)['entity']) === entity)
    case 'run': case 'table':
      return inFolder('decisions')
    case 'calendar':
      return inFolder('calendars')
    case 'connector':
      return bare(operationsOf(files).map(each => each.name))
    case 'undo':
      return bare(operationsOf(files).filter(each => each.command).map(each => each.name))
    case 'ask':
      return bare(operationsOf(files).filter(each => !each.command).map(each => each.name))
    case 'workflow':
      return workflowsIn(files).filter(each => each !== workflow).map(value => ({ value, label: labelOf(workflowModel(files, value)['title']) }))
    case 'return_to':
      return people(tree)
    case 'chosen_by':
      return [{ value: 'starter', label: { zh: '发起人', en: 'The starter' } }, ...people(tree)]
    case 'role':
      return entriesOf(mapOf(mapOf(files['roles.yaml']?.model)['roles'])).map(([value, role]) => ({ value, label: labelOf(mapOf(role)['label']) }))
    case 'veto':
      return (knownFor('role', around) ?? []).map(each => ({ ...each, value: `role.${each.value}` }))
    case 'field': case 'record':
      return fields(field => textOf(field['type']) === 'reference' && (key === 'record' || textOf(field['to']) === 'org.person'))
    case 'gives': {
      const table = textOf(mapOf(workflowModel(files, workflow)['authority'])['table'])
      return bare(Object.keys(mapOf(mapOf(files[`decisions/${table}.yaml`]?.model)['output'])))
    }
    case 'event':
      return bare(entriesOf(mapOf(mapOf(files['bindings.yaml']?.model)['bindings'])).flatMap(([binding, model]) => Object.keys(mapOf(mapOf(model)['events'])).map(event => `${binding}.${event}`)))
    case 'post': case 'group': case 'stop_at':
      return bare(saidElsewhere(files, key === 'stop_at' ? 'post' : key))
    default:
      return null
  }
}

/** Steps of people, which can be returned to. */
const people = (tree: readonly Block[]): readonly Known[] => allBlocks(tree).filter(block => block.verb === 'fill' || block.verb === 'approve' || block.verb === 'vote').map(known)
const known = (block: Block): Known => ({ value: block.name, label: labelOf(block.model['title']) })

/** Steps by name, and what stands for all variants of one. */
function stepNames(tree: readonly Block[]): readonly Known[] {
  const steps = people(tree)
  const heads = [...new Set(steps.flatMap(each => (each.value.includes('@') ? [each.value.split('@')[0] ?? ''] : [])))]
  const branches = allBlocks(tree).flatMap(block => (block.verb === 'together' || block.verb === 'any_of' ? block.branches.filter(branch => branch.name).map(branch => ({ value: branch.name, label: labelOf(branch.model['title']) })) : []))
  return [...steps, ...heads.map(value => ({ value, label: null })), ...branches]
}

/** Posts or groups that the workflows of the draft name: the directory itself belongs to the bank, not to the app. */
function saidElsewhere(files: Files, key: string): readonly string[] {
  const found = new Set<string>()
  const visit = (model: unknown): void => {
    if (Array.isArray(model)) model.forEach(visit)
    else if (isMap(model as never)) {
      for (const [name, value] of Object.entries(model as Record<string, unknown>)) {
        if (name === key && typeof value === 'string') found.add(value)
        else visit(value)
      }
    }
  }
  for (const name of workflowsIn(files)) listOf([workflowModel(files, name)] as never).forEach(visit)
  return [...found].toSorted()
}
