/** Where an arrow key leads in the tree. */

import { END, START, aroundOf, allBlocks, allBranches, type Block, type Branch } from './tree'

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight'

/** The next thing in a direction; the same where there is none. */
export function walk(steps: readonly Block[], folded: ReadonlySet<string>, from: string, arrow: Arrow): string {
  switch (arrow) {
    case 'ArrowDown':
      return below(steps, folded, from) ?? from
    case 'ArrowUp':
      return above(steps, folded, from) ?? from
    case 'ArrowLeft':
      return beside(steps, from, -1) ?? from
    case 'ArrowRight':
      return beside(steps, from, 1) ?? from
  }
}

const opens = (block: Block, folded: ReadonlySet<string>): boolean => block.branches.length > 0 && !folded.has(block.id)

function below(steps: readonly Block[], folded: ReadonlySet<string>, from: string): string | null {
  if (from === START) return steps[0]?.id ?? END
  if (from === END) return null
  const branch = branchBy(steps, from)
  if (branch) return branch.steps[0]?.id ?? after(steps, blockOf(steps, branch))
  const block = allBlocks(steps).find(each => each.id === from)
  if (!block) return START
  return opens(block, folded) ? (block.branches[0]?.id ?? null) : after(steps, block)
}

/** What follows a block: the next of its list, else what follows the block around it. */
function after(steps: readonly Block[], block: Block): string {
  const around = aroundOf(steps, block.id)
  const list = around?.branch.steps ?? steps
  const next = list[list.findIndex(each => each.id === block.id) + 1]
  return next?.id ?? (around ? after(steps, around.block) : END)
}

function above(steps: readonly Block[], folded: ReadonlySet<string>, from: string): string | null {
  if (from === START) return null
  if (from === END) return lastOf(steps, folded) ?? START
  const branch = branchBy(steps, from)
  if (branch) return blockOf(steps, branch).id
  const around = aroundOf(steps, from)
  const list = around?.branch.steps ?? steps
  const before = list[list.findIndex(each => each.id === from) - 1]
  return before ? lastOf([before], folded) : (around?.branch.id ?? START)
}

/** The lowest thing of a list's last block, along its first branch. */
function lastOf(list: readonly Block[], folded: ReadonlySet<string>): string | null {
  const block = list.at(-1)
  if (!block) return null
  const first = block.branches[0]
  return first && opens(block, folded) ? (lastOf(first.steps, folded) ?? first.id) : block.id
}

/** The branch beside, or the step at the same height in it. */
function beside(steps: readonly Block[], from: string, by: 1 | -1): string | null {
  const branch = branchBy(steps, from)
  if (branch) {
    const all = blockOf(steps, branch).branches
    return all[all.findIndex(each => each.id === branch.id) + by]?.id ?? null
  }
  const around = aroundOf(steps, from)
  if (!around) return null
  const all = around.block.branches
  const next = all[all.findIndex(each => each.id === around.branch.id) + by]
  if (!next) return beside(steps, around.block.id, by)
  const height = around.branch.steps.findIndex(each => each.id === from)
  return next.steps[Math.min(height, next.steps.length - 1)]?.id ?? next.id
}

const branchBy = (steps: readonly Block[], id: string): Branch | undefined => allBranches(steps).find(each => each.id === id)

function blockOf(steps: readonly Block[], branch: Branch): Block {
  const found = allBlocks(steps).find(each => each.branches.some(other => other.id === branch.id))
  if (!found) throw new Error('a branch stands outside of every block')
  return found
}
