import { expect, test } from 'vitest'
import type { ReportAnswer } from '../../kernel/api/reports'
import { shareOf, totalOf } from './figure'

const report = { report: 'r', label: {}, as_of: '', columns: [], rows: [{ amount: '0.10', goal: '1' }, { amount: '0.20', goal: '2' }, { amount: null }], chart: null } as unknown as ReportAnswer

test('Groups add up exactly, and what is missing is left out', () => {
  expect(totalOf(report, 'amount')).toBe('0.3')
  expect(totalOf(report, 'nothing')).toBe(null)
})

test('A share is of a number or of another measure, and is over when it is more', () => {
  expect(shareOf(report, '0.3', { measure: 'goal' })).toEqual({ bound: '3', share: '10', over: false })
  expect(shareOf(report, '0.3', { value: '0.2' })).toEqual({ bound: '0.2', share: '150', over: true })
  expect(shareOf(report, '0.3', { value: '0' })).toBe(null)
  expect(shareOf(report, null, undefined)).toBe(null)
})
