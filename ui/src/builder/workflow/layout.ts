/** Where everything of the tree stands: computed from the tree alone, nothing of it is stored. */

import type { Path } from '../../kernel/splice/lines'
import { END, START, STEPS, type Block, type Branch } from './tree'

export const CARD = { width: 220, head: 24, line: 18, edge: 8, people: 22 } as const
export const GAP = 28
export const BESIDE = 20
const PILL = { width: 204, height: 26 } as const
const BUS = 10
const FACE = { case: 40, branch: 28 } as const
const MARGIN = 24
/** A note hangs at the right of a card of the flow's own list. */
export const NOTE = { away: 28, width: 192 } as const

export interface Sizes {
  /** How many lines a card has below its head. */
  readonly lines: (block: Block) => number
  readonly folded: ReadonlySet<string>
  /** Whether each card has a line with the people found. */
  readonly people: boolean
  /** The cards at which a note hangs. */
  readonly noted: ReadonlySet<string>
}

export interface Placed {
  readonly id: string
  readonly kind: 'start' | 'end' | 'card' | 'pill' | 'branch'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly block?: Block
  readonly branch?: Branch
  /** Place among the branches of its block. */
  readonly at?: number
}

/** Where a step can be put in; `behind` has the focus for it. */
export interface Plus { readonly list: Path, readonly index: number, readonly x: number, readonly y: number, readonly behind: string }

/** A line from one point to another; lit when one of `toward` was reached, and what encloses it was. */
export interface Line { readonly from: readonly [number, number], readonly to: readonly [number, number], readonly toward: readonly string[], readonly inside: string | null }

export interface Layout { readonly placed: readonly Placed[], readonly pluses: readonly Plus[], readonly lines: readonly Line[], readonly width: number, readonly height: number }

interface Making { placed: Placed[], pluses: Plus[], lines: Line[], readonly sizes: Sizes }
/** A list of steps that is laid out: where it is written, who comes before it and after it. */
interface Column { readonly list: Path, readonly steps: readonly Block[], readonly middle: number, readonly behind: string, readonly onward: readonly string[], readonly inside: string | null }

const isFolded = (block: Block, sizes: Sizes): boolean => block.branches.length === 0 || sizes.folded.has(block.id)

export const heightOf = (lines: number, people: boolean): number => CARD.head + (lines ? CARD.edge + lines * CARD.line : 0) + (people ? CARD.people : 0)

function widthOf(steps: readonly Block[], sizes: Sizes): number {
  return Math.max(CARD.width, ...steps.map(step => (isFolded(step, sizes) ? CARD.width : branchesWidth(step, sizes))))
}

const branchesWidth = (block: Block, sizes: Sizes): number =>
  block.branches.reduce((sum, branch) => sum + widthOf(branch.steps, sizes), 0) + BESIDE * (block.branches.length - 1)

export function layoutOf(steps: readonly Block[], sizes: Sizes): Layout {
  const making: Making = { placed: [], pluses: [], lines: [], sizes }
  const noted = steps.some(step => sizes.noted.has(step.id)) ? CARD.width + 2 * (NOTE.away + NOTE.width) : 0
  const width = Math.max(widthOf(steps, sizes), noted) + 2 * MARGIN
  const middle = width / 2
  making.placed.push({ id: START, kind: 'start', x: middle - PILL.width / 2, y: MARGIN, width: PILL.width, height: PILL.height })
  const bottom = placeList(making, { list: STEPS, steps, middle, behind: START, onward: [END], inside: null }, MARGIN + PILL.height)
  making.placed.push({ id: END, kind: 'end', x: middle - PILL.width / 2, y: bottom, width: PILL.width, height: PILL.height })
  return { placed: making.placed, pluses: making.pluses, lines: making.lines, width, height: bottom + PILL.height + MARGIN }
}

/** Lays a list out from `top` down; answers where its last line ends. */
function placeList(making: Making, column: Column, top: number): number {
  const { list, steps, middle, onward, inside } = column
  let y = top, behind = column.behind
  for (let index = 0; index <= steps.length; index++) {
    const rest = steps.slice(index)
    const toward = [...rest.map(step => step.id), ...onward]
    making.lines.push({ from: [middle, y], to: [middle, y + GAP], toward, inside })
    making.pluses.push({ list, index, x: middle, y: y + GAP / 2, behind })
    y += GAP
    const step = rest[0]
    if (!step) break
    y = placeBlock(making, step, { ...column, onward: toward.slice(1) }, y)
    behind = step.id
  }
  return y
}

function placeBlock(making: Making, block: Block, column: Column, y: number): number {
  const { middle } = column
  if (isFolded(block, making.sizes)) {
    const lines = making.sizes.lines(block)
    const height = heightOf(lines, making.sizes.people)
    making.placed.push({ id: block.id, kind: 'card', x: middle - CARD.width / 2, y, width: CARD.width, height, block })
    return y + height
  }
  making.placed.push({ id: block.id, kind: 'pill', x: middle - PILL.width / 2, y, width: PILL.width, height: PILL.height, block })
  const bus = y + PILL.height + BUS
  const face = block.verb === 'choose' ? FACE.case : FACE.branch
  let left = middle - branchesWidth(block, making.sizes) / 2
  const ends = block.branches.map((branch, at) => {
    const width = widthOf(branch.steps, making.sizes)
    const centre = left + width / 2
    left += width + BESIDE
    const top = bus + BUS
    making.lines.push({ from: [middle, bus], to: [centre, bus], toward: [branch.id], inside: null }, { from: [centre, bus], to: [centre, top], toward: [branch.id], inside: null })
    making.placed.push({ id: branch.id, kind: 'branch', x: centre - CARD.width / 2, y: top, width: CARD.width, height: face, block, branch, at })
    const bottom = placeList(making, { list: branch.list, steps: branch.steps, middle: centre, behind: branch.id, onward: column.onward, inside: branch.id }, top + face)
    return { branch, centre, bottom }
  })
  const join = Math.max(...ends.map(end => end.bottom))
  making.lines.push({ from: [middle, y + PILL.height], to: [middle, bus], toward: [block.id], inside: null })
  for (const { branch, centre, bottom } of ends) {
    making.lines.push({ from: [centre, bottom], to: [centre, join], toward: column.onward, inside: branch.id }, { from: [centre, join], to: [middle, join], toward: column.onward, inside: branch.id })
  }
  return join
}

/** The blocks and branches that a case came through, by the steps that it visited; the end where it was approved. */
export function reachedBy(steps: readonly Block[], visited: ReadonlySet<string>, ended: boolean): ReadonlySet<string> {
  const reached = new Set<string>(ended ? [START, END] : [START])
  const walk = (list: readonly Block[]): boolean => {
    let any = false
    for (const block of list) {
      const inner = block.branches.map(branch => {
        const came = walk(branch.steps)
        if (came) reached.add(branch.id)
        return came
      })
      if (visited.has(block.name) || inner.some(Boolean)) {
        reached.add(block.id)
        any = true
      }
    }
    return any
  }
  walk(steps)
  return reached
}

export const isLit = (line: Line, reached: ReadonlySet<string>): boolean => (line.inside === null || reached.has(line.inside)) && line.toward.some(id => reached.has(id))
