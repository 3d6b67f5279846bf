/** The rows of a list: sorted by the server, walked by arrows, opened by Enter. */
import { Fragment, useRef, type ChangeEvent, type KeyboardEvent, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { ColumnScreen, RecordWire } from '../../kernel/api/types'
import { isFigure } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Cell, cellClass } from '../../widgets/Cell'
import { useGroups } from './groups'
import { words } from './words'

export interface Selection { readonly ids: ReadonlySet<string>, readonly set: (ids: readonly string[], on: boolean) => void }

interface TableProps {
  readonly name: string
  readonly columns: readonly ColumnScreen[]
  readonly records: readonly RecordWire[] | null
  readonly order: string
  readonly sort: (order: string) => void
  readonly zone: string
  readonly busy: boolean
  readonly group: ColumnScreen | null
  /** The rows that are selected; absent where nothing can be done with a selection. */
  readonly selection?: Selection | undefined
  readonly linkOf: (record: RecordWire, at: number) => { readonly to: string, readonly state: unknown }
}

const GREY_ROWS = 10

/** Arrows move the focus between the links that open the rows. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (by === 0 || !(event.target instanceof HTMLElement) || !event.target.matches('.row-link')) return
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.row-link')]
  const next = links[links.indexOf(event.target) + by]
  if (!next) return
  event.preventDefault()
  next.focus()
}

function Head({ column, order, sort }: { readonly column: ColumnScreen, readonly order: string, readonly sort: (order: string) => void }) {
  const t = useWords(words), label = useLabel()
  const first = order.split(',')[0] ?? ''
  const way = first === column.path ? 'ascending' : first === `-${column.path}` ? 'descending' : 'none'
  const name = label(column.label)
  const side = isFigure(column.type) && !column.masked ? 'num' : ''
  if (!column.sortable) return <th scope="col" className={side}>{name}</th>
  const next = way === 'ascending' ? `-${column.path}` : column.path
  return (
    <th scope="col" className={side} aria-sort={way}>
      <button type="button" className="sort" title={t('sort', { label: name })} onClick={() => sort(next)}>{name}<span aria-hidden="true" className="sort-way">{way === 'ascending' ? '↑' : way === 'descending' ? '↓' : ''}</span></button>
    </th>
  )
}

export function Table({ name, columns, records, order, sort, zone, busy, group, selection, linkOf }: TableProps) {
  const t = useWords(words), groupOf = useGroups(group, zone)
  const all = records?.map(record => record.id) ?? [], last = useRef(0)
  /** The rows from the one that was clicked last, while Shift is held. */
  const range = (at: number, event: ChangeEvent<HTMLInputElement>): readonly string[] => {
    const native = event.nativeEvent, from = native instanceof MouseEvent && native.shiftKey ? last.current : at
    last.current = at
    return all.slice(Math.min(from, at), Math.max(from, at) + 1)
  }
  const cell = (column: ColumnScreen, record: RecordWire, at: number): ReactNode => {
    const content = <Cell column={column} record={record} zone={zone} />
    if (at > 0) return <td key={column.path} className={cellClass(column)}>{content}</td>
    const index = records?.indexOf(record) ?? 0, link = linkOf(record, index)
    return <th key={column.path} scope="row" className={cellClass(column)}><Link className="row-link" to={link.to} state={link.state}>{content}</Link></th>
  }
  return (
    <div className="table-scroll" aria-busy={busy}>
      {/* The arrows only move the focus between the links of the rows. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <table className="table" onKeyDown={walk}>
        <caption className="sr">{t('table', { label: name })}</caption>
        <thead><tr>{selection && <th scope="col" className="pick"><input type="checkbox" aria-label={t('select_all')} checked={all.length > 0 && all.every(id => selection.ids.has(id))} onChange={event => selection.set(all, event.target.checked)} /></th>}{columns.map(column => <Head key={column.path} column={column} order={order} sort={sort} />)}</tr></thead>
        <tbody>
          {records === null
            ? Array.from({ length: GREY_ROWS }, (_, at) => <tr key={at} className="row-grey">{selection && <td />}{columns.map(column => <td key={column.path}><span className="grey" /></td>)}</tr>)
            : records.map((record, at) => (
              <Fragment key={record.id}>
                {groupOf(records, at) !== null && <tr className="row-group"><th scope="colgroup" colSpan={columns.length + (selection ? 1 : 0)}>{groupOf(records, at)}</th></tr>}
                <tr className={selection?.ids.has(record.id) ? 'is-selected' : ''}>{selection && <td className="pick"><input type="checkbox" aria-label={t('select_row', { row: at + 1 })} checked={selection.ids.has(record.id)} onChange={event => selection.set(range(at, event), event.target.checked)} /></td>}{columns.map((column, place) => cell(column, record, place))}</tr>
              </Fragment>
            ))}
        </tbody>
      </table>
    </div>
  )
}
