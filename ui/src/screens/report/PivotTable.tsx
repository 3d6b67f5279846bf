/** A report with one axis across: two rows of heads when there are several measures. */
import type { ReportAnswer } from '../../kernel/api/reports'
import type { ListScreen } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Figure } from './Figure'
import { measuresOf, type Pivot } from './shape'
import { words } from './words'

interface PivotTableProps { readonly app: string, readonly report: ReportAnswer, readonly pivot: Pivot, readonly list: ListScreen | undefined, readonly zone: string }

export function PivotTable({ app, report, pivot, list, zone }: PivotTableProps) {
  const t = useWords(words), label = useLabel()
  const measures = measuresOf(report)
  return (
    <div className="table-scroll report-scroll">
      <table className="table report-table pivot">
        <caption className="sr">{t('table_of', { label: label(report.label), count: pivot.rows.length })}</caption>
        <thead>
          <tr>
            {pivot.groups.map(column => <th key={column.name} scope="col" rowSpan={2}>{label(column.label)}</th>)}
            {pivot.heads.map(head => <th key={head.key} scope="colgroup" colSpan={measures.length} className="pivot-head">{head.text}</th>)}
          </tr>
          <tr>{pivot.heads.flatMap(head => measures.map(column => <th key={`${head.key} ${column.name}`} scope="col" className="num pivot-measure">{label(column.label)}</th>))}</tr>
        </thead>
        <tbody>
          {pivot.rows.map(row => (
            <tr key={row.key}>
              {row.texts.map((text, at) => <th key={pivot.groups[at]?.name} scope="row">{text}</th>)}
              {row.cells.flatMap((cell, at) => measures.map(column => <td key={`${pivot.heads[at]?.key} ${column.name}`} className="num"><Figure app={app} report={report} column={column} row={cell} list={list} zone={zone} /></td>))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
