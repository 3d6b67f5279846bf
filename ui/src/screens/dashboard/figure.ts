/** One figure out of the rows of a report, and its share of what it is held against. */
import type { ReportAnswer } from '../../kernel/api/reports'
import type { TileBound } from '../../kernel/api/types'
import { add, parseNumber, showNumber } from '../../kernel/expr/numbers'

/** The sum of a measure over the groups of a report; a single row is its own sum. Null where nothing was counted. */
export function totalOf(report: ReportAnswer, measure: string): string | null {
  const values = report.rows.flatMap(row => parseNumber(row[measure]) ?? [])
  const total = values.reduce<bigint | null>((sum, value) => (sum === null ? null : add(sum, value)), 0n)
  return values.length === 0 || total === null ? null : showNumber(total)
}

/** The bound as a number, and the share of it in whole percent. */
export function shareOf(report: ReportAnswer, total: string | null, bound: TileBound | undefined): { readonly bound: string, readonly share: string, readonly over: boolean } | null {
  const against = bound?.measure ? totalOf(report, bound.measure) : bound?.value
  const whole = parseNumber(against), part = parseNumber(total)
  if (whole === null || part === null || whole <= 0n || typeof against !== 'string') return null
  return { bound: against, share: String((part * 100n) / whole), over: part > whole }
}
