/** The findings of a workflow's file at what they are about. */

import { useDraft } from '../draft/store'
import type { Diagnostic } from '../draft/types'
import { ownerOf, START, type Block } from './tree'
import { workflowFile } from './workflow'

const RANK = { error: 0, warning: 1, hint: 2 } as const

/** The step, branch, start or end that a finding is about. */
export const placeOf = (tree: readonly Block[], found: Diagnostic): string => ownerOf(tree, found.pointer) ?? START

/** The gravest finding at each place of the tree. */
export function useFindingsAt(tree: readonly Block[], workflow: string): ReadonlyMap<string, Diagnostic> {
  const diagnostics = useDraft(state => state.diagnostics)
  const gravest = new Map<string, Diagnostic>()
  for (const found of diagnostics.filter(each => each.file === workflowFile(workflow)).toSorted((a, b) => RANK[b.severity] - RANK[a.severity])) gravest.set(placeOf(tree, found), found)
  return gravest
}
