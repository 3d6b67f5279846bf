/** The workflow that is being designed, as the parts of the screen read it, and the commands bound to it. */

import { createContext, useContext, useMemo } from 'react'
import type { Path } from '../../kernel/splice/lines'
import type { Value } from '../../kernel/splice/print'
import { command as addPart } from '../commands/add_part'
import type { Selected } from '../commands/command'
import { command as duplicateStep } from '../commands/duplicate_step'
import { command as movePart } from '../commands/move_part'
import { command as removePart } from '../commands/remove_part'
import { command as renameStep } from '../commands/rename_step'
import { command as setPart } from '../commands/set_part'
import { useDraft } from '../draft/store'
import { newStep, type Preset } from './presets'
import { START, allBlocks, aroundOf, findBlock, findBranch, namesOf, stepsAt, treeOf } from './tree'
import { entityOf, workflowModel } from './workflow'

export interface Designer {
  readonly app: string
  readonly workflow: string
  readonly entity: string
  /** Puts a new step in, and selects it. */
  readonly add: (preset: Preset, list: Path, index: number) => boolean
  /** Puts an item at the end of a list anywhere in the file. */
  readonly addItem: (list: Path, value: Value, index?: number) => boolean
  readonly removeItem: (path: Path) => boolean
  readonly moveItem: (from: Path, to: Path) => boolean
  /** One place up or down: in its list, out of its branch at the end of it; of a condition among the conditions. */
  readonly moveBy: (id: string, by: 1 | -1) => boolean
  readonly remove: (id: string) => boolean
  readonly duplicate: (id: string) => boolean
  readonly rename: (id: string, name: string) => boolean
  readonly set: (path: Path, value: Value | null, within?: Path) => boolean
}

export const DesignerContext = createContext<Designer | null>(null)

export function useDesigner(): Designer {
  const designer = useContext(DesignerContext)
  if (!designer) throw new Error('a part of the workflow designer stands outside of it')
  return designer
}

export const selectionOf = (id: string): Selected => ({ kind: 'step', name: id })

/** The commands of one workflow; each runs on the texts of now and is one undo step. */
export function useDesignerOf(app: string, workflow: string): Designer {
  const entity = useDraft(state => entityOf(workflowModel(state.files, workflow)))
  return useMemo(() => {
    const state = () => useDraft.getState()
    const tree = () => treeOf(workflowModel(state().files, workflow))

    function whereBy(id: string, by: 1 | -1): { readonly from: Path, readonly to: Path } | null {
      const now = tree(), branch = findBranch(now, id)
      if (branch) {
        const index = branch.path.at(-1)
        const all = allBlocks(now).find(each => each.branches.some(other => other.id === id))?.branches ?? []
        if (typeof index !== 'number' || branch.kind === 'else' || all[index + by] === undefined || all[index + by]?.kind === 'else') return null
        return { from: branch.path, to: [...branch.path.slice(0, -1), index + by] }
      }
      const block = findBlock(now, id)
      if (!block) return null
      const list = block.path.slice(0, -1), index = block.path.at(-1) as number
      if (stepsAt(now, list)[index + by]) return { from: block.path, to: [...list, index + by] }
      const around = aroundOf(now, id)?.block
      const place = around?.path.at(-1) as number
      return around ? { from: block.path, to: [...around.path.slice(0, -1), by > 0 ? place + 1 : place] } : null
    }

    /** What has the focus once something is gone: the next of its list, the one before, or what is around. */
    function near(id: string): string {
      const now = tree(), branch = findBranch(now, id)
      if (branch) return allBlocks(now).find(each => each.branches.some(other => other.id === id))?.id ?? START
      const block = findBlock(now, id)
      const around = aroundOf(now, id)
      const list = around?.branch.steps ?? now
      const at = list.findIndex(each => each.id === block?.id)
      return list[at - 1]?.id ?? around?.branch.id ?? START
    }

    return {
      app,
      workflow,
      entity,
      add: (preset, list, index) => {
        const step = newStep(preset, { files: state().files, workflow, entity, names: namesOf(tree()) })
        return state().run(addPart.run(state().files, { workflow, list, index, value: step.value, select: selectionOf(step.name || `/${[...list, index].join('/')}`) }))
      },
      addItem: (list, value, index) => state().run(addPart.run(state().files, { workflow, list, value, ...(index === undefined ? {} : { index }), select: state().selected })),
      removeItem: path => state().run(removePart.run(state().files, { workflow, path, select: state().selected })),
      moveItem: (from, to) => state().run(movePart.run(state().files, { workflow, from, to, select: state().selected })),
      moveBy: (id, by) => {
        const way = whereBy(id, by)
        const branch = findBranch(tree(), id)
        const select = branch && way ? selectionOf(`/${way.to.join('/')}`) : selectionOf(id)
        return way !== null && state().run(movePart.run(state().files, { workflow, ...way, select: branch ? null : select })) && (branch ? (state().select(select), true) : true)
      },
      remove: id => {
        const now = tree(), path = findBlock(now, id)?.path ?? findBranch(now, id)?.path
        return path !== undefined && state().run(removePart.run(state().files, { workflow, path, select: selectionOf(near(id)) }))
      },
      duplicate: id => state().run(duplicateStep.run(state().files, { workflow, step: id })),
      rename: (id, name) => state().run(renameStep.run(state().files, { workflow, step: id, name })),
      set: (path, value, within) => state().run(setPart.run(state().files, { workflow, path, value, within: within ?? path.slice(0, -1), select: state().selected })),
    }
  }, [app, workflow, entity])
}

/** Puts the focus on what is selected once it is drawn. */
export function focusSelected(): void {
  requestAnimationFrame(() => {
    const selected = useDraft.getState().selected
    if (selected?.kind === 'step') document.getElementById(`step-${selected.name}`)?.querySelector<HTMLElement>('[data-main]')?.focus()
  })
}
