/** The rows of a report as they are drawn: groups in words, the series of its chart, the way to the records behind a figure. */
import type { ReportAnswer, ReportColumn } from '../../kernel/api/reports'
import type { ListScreen, Values } from '../../kernel/api/types'
import type { Series } from '../../charts/chart'
import { expressionOf, type Condition } from '../list/sentence'

export type Text = (column: ReportColumn, row: Values) => string

export const groupsOf = (report: ReportAnswer): readonly ReportColumn[] => report.columns.filter(column => column.role === 'group')
export const measuresOf = (report: ReportAnswer): readonly ReportColumn[] => report.columns.filter(column => column.role === 'measure')

/** A table with the values of one axis across: heads, and for each row the figures in their order. */
export interface Pivot {
  readonly rows: readonly { readonly key: string, readonly texts: readonly string[], readonly cells: readonly (Values | null)[] }[]
  readonly heads: readonly { readonly key: string, readonly text: string }[]
  readonly groups: readonly ReportColumn[]
}

/** More columns than these are read better as rows. */
const MOST_ACROSS = 8

const keyOf = (columns: readonly ReportColumn[], row: Values): string => JSON.stringify(columns.map(column => row[column.name] ?? null))

/** The rows of a report with its column groups across; null when it has none, or too many to read. */
export function pivotOf(report: ReportAnswer, text: Text): Pivot | null {
  const groups = groupsOf(report), across = groups.filter(column => column.axis === 'columns'), down = groups.filter(column => column.axis !== 'columns')
  if (across.length === 0 || down.length === 0) return null
  // Codes stand in the order of their list, whatever order the rows bring them in.
  const placeOf = (row: Values) => across.map(column => String(column.choices?.findIndex(choice => choice.code === row[column.name]) ?? 0).padStart(4, '0')).join()
  const heads = new Map(report.rows.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0)).map(row => [keyOf(across, row), across.map(column => text(column, row)).join(' · ')]))
  if (heads.size * measuresOf(report).length > MOST_ACROSS * 2 || heads.size > MOST_ACROSS) return null
  const rows = new Map(report.rows.map(row => [keyOf(down, row), row]))
  return {
    groups: down,
    heads: [...heads].map(([key, head]) => ({ key, text: head })),
    rows: [...rows].map(([key, first]) => ({
      key, texts: down.map(column => text(column, first)),
      cells: [...heads.keys()].map(head => report.rows.find(row => keyOf(down, row) === key && keyOf(across, row) === head) ?? null),
    })),
  }
}

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
