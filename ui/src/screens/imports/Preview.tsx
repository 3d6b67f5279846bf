/** The first rows of a batch as they would be written, under the rights of who looks. */
import { useQuery } from '@tanstack/react-query'
import type { EntityScreen, FieldScreen, Wire } from '../../kernel/api/types'
import { isFigure, textOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { previewOf, type PreviewRow } from './data'
import { words } from './words'

const TAGS = { created: 'tag-ok', changed: 'tag-warning', unchanged: '', rejected: 'tag-seal' } as const

export function Preview({ app, entity: { name: entity, fields }, id, zone }: { readonly app: string, readonly entity: EntityScreen, readonly id: string, readonly zone: string }) {
  const t = useWords(words), c = useWords(common), label = useLabel()
  const answer = useQuery({ queryKey: ['imports', app, entity, id, 'preview'], queryFn: ({ signal }) => previewOf(app, entity, id, signal), staleTime: Infinity })
  if (answer.error) return <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>
  const rows = answer.data?.rows ?? [], columns = Object.entries(answer.data?.fields ?? {})
  if (rows.length === 0) return null
  const title = t('first_rows', { count: rows.length })
  return (
    <section className="card" aria-label={title}>
      <div className="card-head"><h2>{title}</h2></div>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="table">
          <caption className="sr">{title}</caption>
          <thead><tr><th scope="col" className="num">{t('row')}</th><th scope="col">{t('becomes')}</th>{columns.map(([name, said]) => <th key={name} scope="col" className={isFigure(fields[name]?.type ?? '') ? 'num' : undefined}>{label(said)}</th>)}</tr></thead>
          <tbody>
            {rows.map(row => (
              <tr key={row.row}>
                <td className="num">{row.row}</td>
                <td><span className={`tag ${TAGS[row.act]}`}>{t(row.act)}</span>{row.reasons?.map((each, at) => <small key={at} className="import-reason">{each.column && `${each.column}${c('colon')}`}{each.reason} <span className="quiet">{each.code}</span></small>)}</td>
                {columns.map(([name]) => <Cell key={name} row={row} name={name} spec={fields[name]} zone={zone} />)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Cell({ row, name, spec, zone }: { readonly row: PreviewRow, readonly name: string, readonly spec: FieldScreen | undefined, readonly zone: string }) {
  const t = useWords(words), show = useShow(zone)
  const said = (value: Wire | undefined, title: string | undefined) => (spec ? show(spec, value, title) : textOf(value))
  const was = name in row.before ? said(row.before[name], row['_titles_before'][name]) || t('empty') : null
  return (
    <td className={spec && isFigure(spec.type) ? 'num' : undefined}>
      {said(row.values[name], row['_titles'][name])}
      {was !== null && <span className="import-was" aria-label={t('was', { value: was })}>{was}</span>}
    </td>
  )
}
