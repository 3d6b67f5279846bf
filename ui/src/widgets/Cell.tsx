/** A value in one line of a table: figures at the right, a state as a tag, everything else as text. */
import type { ColumnScreen, RecordWire } from '../kernel/api/types'
import { isFigure, titlesOf, useShow } from '../kernel/format/value'
import region from './region'
import { toneOf } from './status'

/** The class of a table cell of this type. */
export const cellClass = (column: Pick<ColumnScreen, 'type' | 'masked'>): string =>
  isFigure(column.type) && !column.masked ? 'num' : column.masked ? 'mono' : ''

export function Cell({ column, record, zone }: { readonly column: Pick<ColumnScreen, 'path' | 'type' | 'options' | 'masked'>, readonly record: RecordWire, readonly zone: string }) {
  const show = useShow(zone)
  const value = record[column.path]
  const text = show(column, value, titlesOf(record)[column.path])
  if (!text) return <span className="hint" aria-hidden="true">—</span>
  if (column.type === 'status') return <span className={toneOf(String(value))}>{text}</span>
  // Names of divisions are a list of their own, loaded by the first cell that shows one.
  if (column.type === 'region' && !column.masked) return <region.Show field={column} value={value} place={{ app: '', zone }} />
  return <>{text}</>
}
