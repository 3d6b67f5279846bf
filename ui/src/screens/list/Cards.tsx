/** The rows of a list on a phone: cards of two lines, the whole card is the target. */
import { Link } from 'react-router'
import type { ColumnScreen, ListScreen, RecordWire } from '../../kernel/api/types'
import { fill, valueAt } from '../../kernel/format/template'
import { titlesOf, useShow } from '../../kernel/format/value'
import { Cell } from '../../widgets/Cell'

interface CardsProps {
  readonly list: ListScreen
  readonly columns: readonly ColumnScreen[]
  readonly records: readonly RecordWire[] | null
  readonly zone: string
  readonly linkOf: (record: RecordWire, at: number) => { readonly to: string, readonly state: unknown }
}

export function Cards({ list, columns, records, zone, linkOf }: CardsProps) {
  const show = useShow(zone)
  const card = list.card ?? { title: `{${list.columns[0]?.path ?? 'id'}}`, lines: list.columns.slice(1, 3).map(column => column.path) }
  const columnOf = (path: string): ColumnScreen => columns.find(each => each.path === path) ?? { path, label: {}, type: 'text', widget: 'text', options: {}, sortable: false, masked: false }
  const title = (record: RecordWire) => fill(card.title, path => show(columnOf(path), valueAt(record, path), titlesOf(record)[path])) || record.id
  if (records === null) return <ul className="cards">{[0, 1, 2, 3].map(at => <li key={at} className="card-link"><span className="grey" /><span className="grey" /></li>)}</ul>
  const [first, ...rest] = card.lines
  return (
    <ul className="cards">
      {records.map((record, at) => {
        const link = linkOf(record, at)
        return (
          <li key={record.id}>
            <Link className="card-link" to={link.to} state={link.state}>
              <span className="card-line"><b className="cut grow">{title(record)}</b>{first !== undefined && <span className="quiet cut"><Cell column={columnOf(first)} record={record} zone={zone} /></span>}</span>
              <span className="card-line">{rest.map(path => <span key={path} className="quiet cut"><Cell column={columnOf(path)} record={record} zone={zone} /></span>)}</span>
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
