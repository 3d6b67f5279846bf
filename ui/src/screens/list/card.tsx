/** What a record of a list is called on a card, in a board and in a calendar. */
import type { ColumnScreen, ListScreen, RecordWire } from '../../kernel/api/types'
import { fill, valueAt } from '../../kernel/format/template'
import { titlesOf, useShow } from '../../kernel/format/value'

export const cardOf = (list: ListScreen): { readonly title: string, readonly lines: readonly string[] } =>
  list.card ?? { title: `{${list.columns[0]?.path ?? 'id'}}`, lines: list.columns.slice(1, 3).map(column => column.path) }

export const columnIn = (columns: readonly ColumnScreen[], path: string): ColumnScreen =>
  columns.find(each => each.path === path) ?? { path, label: {}, type: 'text', widget: 'text', options: {}, sortable: false, masked: false }

export function useCardTitle(list: ListScreen, columns: readonly ColumnScreen[], zone: string): (record: RecordWire) => string {
  const show = useShow(zone), { title } = cardOf(list)
  return record => fill(title, path => show(columnIn(columns, path), valueAt(record, path), titlesOf(record)[path])) || record.id
}
