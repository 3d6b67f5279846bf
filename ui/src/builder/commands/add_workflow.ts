/** Makes a new workflow: entered by who starts it, approved by one; its entity's status field, where it has one without a workflow, becomes its own. */

import type { Operation } from '../../kernel/splice/operations'
import { entityFile, FIELD_KEYS, fieldsOf, mapOf, textOf } from '../draft/definition'
import { newWorkflow, workflowFile, workflowsIn } from '../workflow/workflow'
import type { Command } from './command'

export interface AddWorkflow {
  readonly workflow: string
  readonly title: { readonly zh: string, readonly en: string }
  readonly entity: string
  readonly form: string | null
  readonly role: string
}

/** Why a workflow cannot have this name; null when it can. */
export const refusedWorkflowName = (name: string, taken: readonly string[]): 'rule' | 'taken' | null =>
  !/^[a-z][a-z0-9_]{0,47}$/.test(name) ? 'rule' : taken.includes(name) ? 'taken' : null

export const command: Command<AddWorkflow> = {
  name: 'add_workflow',
  run(files, { workflow, title, entity, form, role }) {
    if (refusedWorkflowName(workflow, workflowsIn(files)) || !(entityFile(entity) in files)) return null
    const status = Object.entries(fieldsOf(files, entity)).find(([, field]) => textOf(mapOf(field)['type']) === 'status' && !('workflow' in mapOf(field)))
    const operations: Readonly<Record<string, readonly Operation[]>> = status
      ? { [entityFile(entity)]: [{ kind: 'setKey', map: ['fields', status[0]], key: 'workflow', value: workflow, order: FIELD_KEYS }] }
      : {}
    return { edit: { operations, created: { [workflowFile(workflow)]: newWorkflow(workflow, title, entity, form, role) } }, select: null }
  },
}
