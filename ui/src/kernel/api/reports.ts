/** Answers of reports (docs/rest.md 2). */
import type { ChartScreen, Choice, Label, Titles, Values } from './types'

export interface ReportColumn {
  readonly name: string
  readonly label: Label
  readonly type: string
  readonly choices?: readonly Choice[]
  readonly role: 'group' | 'measure'
  /** Where a group stands: down the rows or across the columns. */
  readonly axis?: 'rows' | 'columns'
  /** Why a group may have no value. */
  readonly missing?: 'unset' | 'hidden' | 'either'
}

export interface ReportAnswer {
  readonly report: string
  readonly label: Label
  readonly as_of: string
  /** The parameters that the figures were counted with. */
  readonly parameters?: Values
  readonly columns: readonly ReportColumn[]
  readonly rows: readonly Values[]
  readonly _titles?: Readonly<Record<string, Titles>>
  readonly chart: ChartScreen | null
}
