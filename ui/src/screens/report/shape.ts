/** The rows of a report as they are drawn: groups in words, the series of its chart, the way to the records behind a figure. */
import type { ListScreen, ReportAnswer, ReportColumn, Values } from '../../kernel/api/types'
import type { Series } from '../../charts/chart'
import { expressionOf, type Condition } from '../list/sentence'

export type Text = (column: ReportColumn, row: Values) => string

export const groupsOf = (report: ReportAnswer): readonly ReportColumn[] => report.columns.filter(column => column.role === 'group')
export const measuresOf = (report: ReportAnswer): readonly ReportColumn[] => report.columns.filter(column => column.role === 'measure')

export interface Drawing { readonly categories: readonly string[], readonly series: readonly Series[], readonly x: ReportColumn, readonly y: ReportColumn }

/** A figure for the picture; the table keeps the exact text. */
function drawn(value: Values[string] | undefined): number | null {
  if (value === null || value === undefined || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** The chart of a report: categories along x, one series for each value of the other groups together. */
export function drawingOf(report: ReportAnswer, text: Text): Drawing | null {
  const x = report.columns.find(column => column.name === report.chart?.x), y = report.columns.find(column => column.name === report.chart?.y)
  if (!x || !y) return null
  const others = groupsOf(report).filter(column => column !== x)
  const categories = [...new Set(report.rows.map(row => text(x, row)))]
  const seriesOf = (row: Values) => others.map(column => text(column, row)).join(' · ')
  const names = [...new Set(report.rows.map(seriesOf))]
  const series = names.map(name => ({
    name: name,
    values: categories.map(category => drawn(report.rows.find(row => text(x, row) === category && seriesOf(row) === name)?.[y.name])),
  }))
  return { categories, series: series.map(each => (each.name ? each : { ...each, name: '' })), x, y }
}

/** How many rows from `at` on share the first group, so that its cell is written once. */
export function spanAt(report: ReportAnswer, at: number): number {
  const first = groupsOf(report)[0]?.name
  if (first === undefined) return 1
  const value = report.rows[at]?.[first]
  if (at > 0 && report.rows[at - 1]?.[first] === value) return 0
  const end = report.rows.findIndex((row, index) => index > at && row[first] !== value)
  return (end < 0 ? report.rows.length : end) - at
}

const PATH = /^[a-z_]\w*(\.[a-z_]\w*)*$/

/** The condition of a row in the list behind it; null when a group is no field, such as the month of a day. */
export function drillOf(report: ReportAnswer, row: Values, list: ListScreen | undefined): string | null {
  if (!list) return null
  const groups = groupsOf(report)
  if (!groups.every(column => PATH.test(column.name))) return null
  const conditions = groups.map((column): Condition => {
    const value = row[column.name]
    return value === null || value === undefined || value === '' ? { path: column.name, operator: 'missing', values: [] } : { path: column.name, operator: 'eq', values: [String(value)] }
  })
  return expressionOf(conditions, path => groups.find(column => column.name === path)?.type ?? 'text')
}
