/** The rows of a report with real heads for rows and columns; a figure opens the records behind it. */
import type { ReportAnswer } from '../../kernel/api/reports'
import type { ListScreen } from '../../kernel/api/types'
import { isFigure } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Figure } from './Figure'
import { groupsOf, measuresOf, spanAt, type Text } from './shape'
import { words } from './words'

interface ReportTableProps { readonly app: string, readonly report: ReportAnswer, readonly list: ListScreen | undefined, readonly text: Text, readonly zone: string }

export function ReportTable({ app, report, list, text, zone }: ReportTableProps) {
  const t = useWords(words), label = useLabel()
  const groups = groupsOf(report), measures = measuresOf(report)
  return (
    <div className="table-scroll report-scroll">
      <table className="table report-table">
        <caption className="sr">{t('table_of', { label: label(report.label), count: report.rows.length })}</caption>
        <thead><tr>{report.columns.map(column => <th key={column.name} scope="col" className={isFigure(column.type) ? 'num' : ''}>{label(column.label)}</th>)}</tr></thead>
        <tbody>
          {report.rows.map((row, at) => {
            const span = spanAt(report, at)
            return (
              // The groups of a row are its identity, and no two rows share all of them.
              <tr key={groups.map(column => String(row[column.name])).join('\n')}>
                {groups.map((column, index) => (index > 0
                  ? <th key={column.name} scope="row">{text(column, row)}</th>
                  : span > 0 && <th key={column.name} scope={span > 1 ? 'rowgroup' : 'row'} rowSpan={span} className="report-group">{text(column, row)}</th>))}
                {measures.map(column => <td key={column.name} className="num"><Figure app={app} report={report} column={column} row={row} list={list} zone={zone} /></td>)}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
