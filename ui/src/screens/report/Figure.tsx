/** One figure of a report; where there is a list behind it, it opens its records. */
import { Link } from 'react-router'
import type { ReportAnswer, ReportColumn } from '../../kernel/api/reports'
import type { ListScreen, Values } from '../../kernel/api/types'
import { useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { drillOf } from './shape'
import { words } from './words'

interface FigureProps { readonly app: string, readonly report: ReportAnswer, readonly column: ReportColumn, readonly row: Values | null, readonly list: ListScreen | undefined, readonly zone: string }

export function Figure({ app, report, column, row, list, zone }: FigureProps) {
  const t = useWords(words), show = useShow(zone)
  const figure = row === null ? '' : show(column, row[column.name])
  if (row === null || figure === '') return <span className="hint" aria-hidden="true">—</span>
  const where = drillOf(report, row, list)
  if (where === null) return <>{figure}</>
  return <Link className="report-drill" to={`/app/${app}/list/${list?.name}?${new URLSearchParams({ where }).toString()}`}>{figure}<span className="sr"> {t('drill')}</span></Link>
}
