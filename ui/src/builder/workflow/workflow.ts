/** Finding one's way among the workflows of a draft. */

import { printInline } from '../../kernel/splice/print'
import { mapOf, textOf, type ModelMap } from '../draft/definition'
import type { Files } from '../draft/files'

export const workflowFile = (workflow: string): string => `workflows/${workflow}.yaml`
export const workflowModel = (files: Files, workflow: string): ModelMap => mapOf(files[workflowFile(workflow)]?.model)
export const entityOf = (workflow: ModelMap): string => textOf(workflow['for'])

/** The workflows of the draft by name. */
export const workflowsIn = (files: Files): readonly string[] => Object.keys(files).flatMap(path => /^workflows\/([a-z0-9_]+)\.yaml$/.exec(path)?.[1] ?? []).toSorted()

/** A file of an overlay, which says only what differs from the app below it: no tree of its own can be drawn. */
export const isOverlay = (workflow: ModelMap): boolean => 'extend' in workflow

/** A new workflow of an entity: entered by who starts it, approved by one. */
export function newWorkflow(workflow: string, title: { readonly zh: string, readonly en: string }, entity: string, form: string | null, role: string): string {
  return `workflow: ${workflow}
title: ${printInline({ zh: title.zh, en: title.en })}
for: ${entity}
start: {by: role.${role}, in: own_branch${form ? `, form: ${form}` : ''}}

controls:
  four_eyes:
    - name: maker_checker
      title: {zh: 经办复核分离, en: Maker and checker are different people}
      different_people: [apply, check]

steps:
  - fill: apply
    title: {zh: 录入, en: Entry}
    by: starter

  - approve: check
    title: {zh: 审批, en: Approval}
    by: {role: ${role}, in: starter.branch, pick: claim}
    due: {within: 2 days}
`
}
