/* oxlint-disable unicorn/no-thenable -- the definition language calls what a row gives `then` */
import { expect, test } from 'vitest'
import { differences, rowOf, sentence, typed, type Column } from './rows'

const level: Column = { name: 'level', label: null, type: 'choice', choices: [], codes: ['low', 'high'] }
const cost: Column = { name: 'cost', label: null, type: 'money', choices: [], codes: [] }

test('A row comes back from the grid as it was, lists of codes as lists', () => {
  const row = { row: 'a', if: { level: ['low', 'high'], cost: '100 < cost <= 500' }, then: { fee: '2' }, valid_from: '2026-01-01' }

  expect(rowOf(typed(row, 0), [level, cost])).toEqual(row)
  expect(rowOf({ ...typed(row, 0), cells: { level: 'low，high', cost: ' ' } }, [level, cost]).if).toEqual({ level: ['low', 'high'] })
})

test('Differences go by the names of the rows and not by the form of a cell', () => {
  const one = { row: 'a', if: { level: 'low' }, then: { fee: '1' } }, other = { row: 'b', if: { level: ['high'] }, then: { fee: '2' } }

  expect(differences([one, other], [one, { ...other, if: { level: 'high' } }])).toEqual([])
  expect(differences([one, other], [{ ...one, then: { fee: '3' } }, { row: 'c' }]).map(each => [each.kind, each.row.row])).toEqual([['changed', 'a'], ['added', 'c'], ['removed', 'b']])
})

test('A row reads as a sentence', () => {
  expect(sentence({ if: { level: ['low'], cost: 'cost > 5' }, then: { fee: '2' } })).toBe('level = low, cost > 5 → fee 2')
})
