/** Every shipped workflow is read and laid out; nothing lies over anything else, and every step is reached by arrows. */

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modelOf, parse } from '../../kernel/splice/document'
import { mapOf } from '../draft/definition'
import { isLit, layoutOf, reachedBy, type Placed, type Sizes } from './layout'
import { END, START, allBlocks, allBranches, ownerOf, treeOf, type Block } from './tree'
import { walk } from './walk'

const APPS = join(import.meta.dirname, '../../../../app_definitions')
const flows = readdirSync(APPS).flatMap(app => {
  try {
    return readdirSync(join(APPS, app, 'workflows')).map(file => [`${app}/${file}`, readFileSync(join(APPS, app, 'workflows', file), 'utf8')] as const)
  } catch {
    return []
  }
})
const read = (text: string): readonly Block[] => treeOf(mapOf(modelOf(parse(text))))
const sizes = (folded: readonly string[] = []): Sizes => ({ lines: () => 2, folded: new Set(folded), people: false, noted: new Set() })
const overlap = (a: Placed, b: Placed): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

it('there are shipped workflows to read', () => {
  expect(flows.length).toBeGreaterThan(10)
})

describe.each(flows)('%s', (_, text) => {
  const tree = read(text)
  const layout = layoutOf(tree, sizes())

  it('has a verb for every step and a place for everything', () => {
    expect(allBlocks(tree).filter(block => block.verb === null)).toEqual([])
    const wanted = [START, END, ...allBlocks(tree).map(block => block.id), ...allBranches(tree).map(branch => branch.id)]
    expect(layout.placed.map(each => each.id).toSorted()).toEqual(wanted.toSorted())
  })

  it('lays nothing over anything else, and all of it inside the plane', () => {
    const { placed } = layout
    expect(placed.flatMap((a, at) => placed.slice(at + 1).filter(b => overlap(a, b)).map(b => [a.id, b.id]))).toEqual([])
    expect(placed.every(each => each.x >= 0 && each.x + each.width <= layout.width && each.y + each.height <= layout.height)).toBe(true)
  })

  it('can be walked from the start to the end and back', () => {
    const down: string[] = [START]
    while (down.at(-1) !== END && down.length < 500) down.push(walk(tree, new Set(), down.at(-1)!, 'ArrowDown'))
    const up: string[] = [END]
    while (up.at(-1) !== START && up.length < 500) up.push(walk(tree, new Set(), up.at(-1)!, 'ArrowUp'))
    expect(down.at(-1)).toBe(END)
    expect(up.at(-1)).toBe(START)
  })
})

const LOAN = flows.find(([name]) => name.startsWith('bank_customer/'))![1]

describe('the loan', () => {
  const tree = read(LOAN)
  const [apply, check, choose] = tree
  const [small, large] = choose!.branches

  it('goes sideways between branches', () => {
    expect(walk(tree, new Set(), small!.id, 'ArrowRight')).toBe(large!.id)
    expect(walk(tree, new Set(), 'decide@branch', 'ArrowRight')).toBe('decide@officer')
    expect(walk(tree, new Set(), 'decide@officer', 'ArrowRight')).toBe('decide@officer')
    expect(walk(tree, new Set(), apply!.id, 'ArrowRight')).toBe(apply!.id)
  })

  it('steps over what is folded', () => {
    expect(walk(tree, new Set([choose!.id]), choose!.id, 'ArrowDown')).toBe('booking')
    expect(walk(tree, new Set([choose!.id]), 'booking', 'ArrowUp')).toBe(choose!.id)
  })

  it('a folded block is one card as wide as any', () => {
    const folded = layoutOf(tree, sizes([choose!.id]))
    expect(folded.placed.filter(each => each.branch)).toEqual([])
    expect(folded.height).toBeLessThan(layoutOf(tree, sizes()).height)
  })

  it('lights the lines of the way that a case took, and no others', () => {
    const reached = reachedBy(tree, new Set(['apply', 'check', 'decide@officer']), false)
    const lines = layoutOf(tree, sizes()).lines.filter(line => isLit(line, reached))
    expect(reached.has(large!.id)).toBe(true)
    expect(reached.has(small!.id)).toBe(false)
    expect(lines.some(line => line.inside === small!.id)).toBe(false)
    expect(lines.some(line => line.toward.length === 1 && line.toward[0] === END)).toBe(false)
  })

  it('finds the step that a finding is about', () => {
    expect(ownerOf(tree, '/steps/1/by/role')).toBe(check!.id)
    expect(ownerOf(tree, '/steps/2/choose/0/if')).toBe(small!.id)
    expect(ownerOf(tree, '/steps/2/choose/1/steps/0/due/within')).toBe('decide@officer')
    expect(ownerOf(tree, '/on_finish/approved/set')).toBe(END)
    expect(ownerOf(tree, '/title')).toBe(null)
  })
})

it('reads every form of a block', () => {
  const tree = read(`steps:
  - choose: level
    name: by_level
    a:
      - approve: one
    b: []
    otherwise:
      - copy: {to: [starter]}
  - any_of:
      - {name: x, steps: [{wait: w, for: 1 day}]}
      - {name: y, steps: [{sub_flow: s, workflow: other}]}
  - approve: one
  - {}
`)
  expect(allBlocks(tree).map(block => [block.verb, block.id])).toEqual([
    ['choose', 'by_level'], ['approve', 'one'], ['copy', '/steps/0/otherwise/0'], ['any_of', '/steps/1'], ['wait', 'w'], ['sub_flow', 's'], ['approve', '/steps/2'], [null, '/steps/3'],
  ])
  expect(tree[0]!.branches.map(branch => branch.kind)).toEqual(['code', 'code', 'otherwise'])
})
