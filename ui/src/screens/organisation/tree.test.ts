import { expect, test } from 'vitest'
import { above, rowsOf, stepIn, withBelow } from './tree'
import type { Unit } from './types'

const unit = (id: string, parent: string | null, name = id): Unit => ({ id, parent, name, code: id.toUpperCase(), region: null, department: false, leader: null, people: 0, depth: 0 })
const UNITS = [unit('head', null, '总行'), unit('it', 'head', '科技部'), unit('hz', 'head', '杭州分行'), unit('west', 'hz', '城西支行'), unit('river', 'hz', '滨江支行')]
const ids = (rows: ReturnType<typeof rowsOf>) => rows.map(row => row.unit.id).join(' ')
const ALL = new Set(['head', 'hz'])

test('what is closed hides all below it', () => {
  expect(ids(rowsOf(UNITS, new Set(), ''))).toBe('head')
  expect(ids(rowsOf(UNITS, new Set(['head']), ''))).toBe('head it hz')
  expect(rowsOf(UNITS, new Set(['head']), '').map(row => [row.level, row.place, row.of, row.open])).toEqual([[1, 1, 1, true], [2, 1, 2, null], [2, 2, 2, false]])
})

test('a text shows what fits by name or code with the ways to it, whatever is closed', () => {
  expect(ids(rowsOf(UNITS, new Set(), '滨江'))).toBe('head hz river')
  expect(ids(rowsOf(UNITS, new Set(), 'west'))).toBe('head hz west')
  expect(ids(rowsOf(UNITS, new Set(), 'nothing'))).toBe('')
})

test('a unit whose parent is not there stands at the top, and is not lost', () => {
  expect(ids(rowsOf([unit('lost', 'gone')], new Set(), ''))).toBe('lost')
})

test('arrows walk, open and close as in every tree', () => {
  const rows = rowsOf(UNITS, ALL, '')
  expect(stepIn(rows, 'head', 'ArrowDown')).toEqual({ focus: 'it' })
  expect(stepIn(rows, 'head', 'ArrowUp')).toEqual({})
  expect(stepIn(rows, 'hz', 'ArrowRight')).toEqual({ focus: 'west' })
  expect(stepIn(rows, 'hz', 'ArrowLeft')).toEqual({ toggle: 'hz' })
  expect(stepIn(rows, 'river', 'ArrowLeft')).toEqual({ focus: 'hz' })
  expect(stepIn(rows, 'river', 'ArrowRight')).toEqual({})
  expect([stepIn(rows, 'it', 'Home'), stepIn(rows, 'it', 'End')]).toEqual([{ focus: 'head' }, { focus: 'river' }])
  expect(stepIn(rowsOf(UNITS, new Set(['head']), ''), 'hz', 'ArrowRight')).toEqual({ toggle: 'hz' })
})

test('a letter leads to the next name or code that begins with it; other keys are nobody’s', () => {
  const rows = rowsOf(UNITS, ALL, '')
  expect(stepIn(rows, 'west', 'i')).toEqual({ focus: 'it' })
  expect(stepIn(rows, 'west', '滨')).toEqual({ focus: 'river' })
  expect([stepIn(rows, 'west', 'Tab'), stepIn(rows, 'west', ' ')]).toEqual([null, null])
})

test('a unit is never moved below itself', () => {
  expect([...withBelow(UNITS, 'hz')].sort()).toEqual(['hz', 'river', 'west'])
  expect(above(UNITS, 'west')).toEqual(['hz', 'head'])
})
