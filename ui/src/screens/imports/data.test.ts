import { describe, expect, it } from 'vitest'
import { doneOf, stepOf, type Import, type State } from './data'

const counts = { rows: 40, created: 30, changed: 10, unchanged: 0, rejected: 0 }
const batch = (state: State, more: Partial<Import> = {}) => ({ state, counts, progress: { rows: 40, of: 80 }, undone: 9, left: 1, ...more }) as Import

describe('how far an import is', () => {
  it('is told by rows while they are known', () => {
    expect(doneOf(batch('writing'))).toBe(50)
    expect(doneOf(batch('staged', { progress: { rows: 0, of: null } }))).toBeNull()
    expect(doneOf(batch('staged', { progress: { rows: 0, of: 0 } }))).toBe(100)
  })

  it('is told of an undo by what was written', () => {
    expect(doneOf(batch('undoing'))).toBe(25)
  })

  it('goes through the steps in their order', () => {
    expect(([null, 'staged', 'checked', 'released', 'writing', 'written', 'undone'] as const).map(stepOf)).toEqual([0, 1, 1, 2, 2, 3, 3])
  })
})
