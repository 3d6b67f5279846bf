/** The rows of a list on a phone: cards of two lines, the whole card is the target. */
import { Link } from 'react-router'
import type { ColumnScreen, ListScreen, RecordWire } from '../../kernel/api/types'
import { Cell } from '../../widgets/Cell'
import { cardOf, columnIn, useCardTitle } from './card'
import { useGroups } from './groups'

interface CardsProps {
  readonly list: ListScreen
  readonly columns: readonly ColumnScreen[]
  readonly records: readonly RecordWire[] | null
  readonly zone: string
  readonly linkOf: (record: RecordWire, at: number) => { readonly to: string, readonly state: unknown }
}

export function Cards({ list, columns, records, zone, linkOf }: CardsProps) {
  const card = cardOf(list), title = useCardTitle(list, columns, zone), columnOf = (path: string) => columnIn(columns, path)
  const groupOf = useGroups(list.group, zone)
  if (records === null) return <ul className="cards">{[0, 1, 2, 3].map(at => <li key={at} className="card-link"><span className="grey" /><span className="grey" /></li>)}</ul>
  const [first, ...rest] = card.lines
  return (
    <ul className="cards">
      {records.map((record, at) => {
        const link = linkOf(record, at)
        return (
          <li key={record.id}>
            {groupOf(records, at) !== null && <h3 className="cards-group">{groupOf(records, at)}</h3>}
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
