/** The shapes of docs/rest.md about reports, segments and dashboards. */
import type { FieldOptions, Label } from './types'

export interface ReportScreen {
  readonly name: string
  readonly label: Label
  readonly parameters: readonly { readonly name: string, readonly label: Label, readonly type: string, readonly widget: string, readonly options: FieldOptions }[]
  readonly chart: ChartScreen | null
  /** The list that a figure opens, under the conditions of its row. */
  readonly drill?: string | null
}

export interface ChartScreen { readonly kind: string, readonly x: string, readonly y: string }

export interface SegmentScreen { readonly name: string, readonly label: Label, readonly entity: string, readonly list: string | null }

/** What a figure is held against: a value, or another measure of its report. */
export interface TileBound { readonly value?: string | null, readonly measure?: string }

export interface TileScreen {
  readonly name: string
  readonly label?: Label
  readonly report: string | null
  readonly measure: string | null
  readonly list: string | null
  readonly show: 'number' | 'chart' | 'table'
  /** Twelfths. */
  readonly width: number
  /** Seconds. */
  readonly refresh: number
  readonly target?: TileBound
  readonly limit?: TileBound
  readonly definition?: Label
  readonly owner?: Label | null
}

export interface DashboardScreen { readonly name: string, readonly label: Label, readonly tiles: readonly TileScreen[] }
