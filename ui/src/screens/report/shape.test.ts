import { expect, test } from 'vitest'
import type { ReportAnswer } from '../../kernel/api/reports'
import type { ListScreen } from '../../kernel/api/types'
import { drawingOf, drillOf, pivotOf, spanAt, type Text } from './shape'

const label = (zh: string) => ({ zh, en: zh })
const report: ReportAnswer = {
  report: 'loans', label: label('贷款'), as_of: '2026-11-24T06:00:00.000Z', chart: { kind: 'bar', x: 'customer.district', y: 'total' },
  columns: [
    { name: 'customer.district', label: label('地区'), type: 'reference', role: 'group' }, { name: 'status', label: label('状态'), type: 'choice', role: 'group' },
    { name: 'total', label: label('金额'), type: 'money', role: 'measure' },
  ],
  rows: [
    { 'customer.district': 'd1', 'status': 'running', 'total': '10.50' }, { 'customer.district': 'd1', 'status': 'overdue', 'total': '2.00' },
    { 'customer.district': 'd2', 'status': 'running', 'total': '7.00' }, { 'customer.district': null, 'status': 'running', 'total': null },
  ],
}
const text: Text = (column, row) => String(row[column.name] ?? '未填')
const list = { name: 'loans' } as ListScreen

test('A chart has a category for each x and a series for each other group', () => {
  const drawing = drawingOf(report, text)

  expect(drawing?.categories).toEqual(['d1', 'd2', '未填'])
  expect(drawing?.series).toEqual([{ name: 'running', values: [10.5, 7, null] }, { name: 'overdue', values: [2, null, null] }])
})

test('The first group is written once for its rows', () => {
  expect([0, 1, 2, 3].map(at => spanAt(report, at))).toEqual([2, 0, 1, 1])
})

test('A figure leads to the records behind it, also those without a value', () => {
  expect(report.rows.map(row => drillOf(report, row, list))).toEqual([
    'customer.district == "d1" and status == "running"', 'customer.district == "d1" and status == "overdue"',
    'customer.district == "d2" and status == "running"', 'is_missing(customer.district) and status == "running"',
  ])
  expect(drillOf(report, {}, undefined)).toBe(null)
})

test('Column groups stand across, in the order of their list, with an empty cell where there is nothing', () => {
  const columns = report.columns.map(column => (column.name === 'status' ? { ...column, axis: 'columns' as const, choices: [{ code: 'overdue', label: label('逾期') }, { code: 'running', label: label('正常') }] } : column))
  const pivot = pivotOf({ ...report, columns }, text)

  expect(pivot?.heads.map(head => head.text)).toEqual(['overdue', 'running'])
  expect(pivot?.rows.map(row => [...row.texts, ...row.cells.map(cell => cell?.['total'] ?? null)])).toEqual([['d1', '2.00', '10.50'], ['d2', null, '7.00'], ['未填', null, null]])
  expect(pivotOf(report, text)).toBe(null)
})
