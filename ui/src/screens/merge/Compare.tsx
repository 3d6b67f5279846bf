/** The table of a merge: a column for each record, a row for each field with the choice of its value. */
import type { EntityScreen } from '../../kernel/api/types'
import { textOf, titlesOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { asShown, widgetOf } from '../../widgets'
import { ALL, sorted, type MergedField, type Preview, type Side } from './data'
import { words } from './words'

interface CompareProps {
  readonly app: string
  readonly entity: EntityScreen
  readonly seen: Preview
  /** The records in the order in which they were chosen: columns do not jump when another one stays. */
  readonly order: readonly string[]
  readonly zone: string
  readonly keep: (id: string) => void
  readonly choose: (field: string, source: string) => void
}

export function Compare({ app, entity, seen, order, zone, keep, choose }: CompareProps) {
  const t = useWords(words)
  const sides = order.flatMap(id => seen.records.find(side => side.id === id) ?? [])
  const { different, same } = sorted(seen)
  const hasAll = seen.fields.some(field => field.choices.includes(ALL))
  const row = (field: MergedField) => <Row key={field.name} app={app} entity={entity} field={field} sides={sides} zone={zone} hasAll={hasAll} choose={choose} />
  return (
    <section className="card" aria-labelledby="compare">
      <div className="card-head"><h2 id="compare">{t('compare')}</h2><span className="grow" /><small className="hint">{t('keys')}</small></div>
      <div className="table-scroll" tabIndex={0} role="region" aria-labelledby="compare">
        <table className="table merge-table">
          <thead>
            <tr>
              <th scope="col">{t('field')}</th>
              {sides.map(side => (
                <th key={side.id} scope="col" className={side.id === seen.survivor ? 'merge-stays' : undefined}>
                  <label className="merge-choice"><input type="radio" name="survivor" checked={side.id === seen.survivor} onChange={() => keep(side.id)} /><span>{side.title}<small className="hint"> {side.id === seen.survivor ? t('stays') : t('goes')}</small></span></label>
                </th>
              ))}
              {hasAll && <th scope="col">{t('all')}</th>}
            </tr>
          </thead>
          <tbody>{different.map(row)}</tbody>
        </table>
      </div>
      {same.length > 0 && (
        <details className="card-body">
          <summary>{t('same', { count: same.length })}</summary>
          <div className="table-scroll"><table className="table merge-table"><tbody>{same.map(row)}</tbody></table></div>
        </details>
      )}
    </section>
  )
}

interface RowProps { readonly app: string, readonly entity: EntityScreen, readonly field: MergedField, readonly sides: readonly Side[], readonly zone: string, readonly hasAll: boolean, readonly choose: CompareProps['choose'] }

function Row({ app, entity, field, sides, zone, hasAll, choose }: RowProps) {
  const t = useWords(words), label = useLabel()
  const spec = entity.fields[field.name], said = label(spec?.label) || field.name
  return (
    <tr>
      <th scope="row">{said}</th>
      {sides.map(side => {
        const value = side.record[field.name], can = field.choices.includes(side.id)
        const { Show } = spec ? widgetOf(asShown(spec, value)) : { Show: null }
        const shown = textOf(value) === '' || !spec || !Show ? <span className="hint">—</span> : <Show field={spec} value={value} title={titlesOf(side.record)[field.name]} place={{ app, zone }} />
        return (
          <td key={side.id} className={field.source === side.id ? 'merge-kept' : undefined}>
            <label className="merge-choice">
              <input type="radio" name={`of-${field.name}`} checked={field.source === side.id} disabled={!can} aria-label={t('value_of', { field: said, title: side.title })} onChange={() => choose(field.name, side.id)} />
              <span>{shown}{!can && <small className="hint"> {t('not_possible')}</small>}</span>
            </label>
          </td>
        )
      })}
      {hasAll && (
        <td className={field.source === ALL ? 'merge-kept' : undefined}>
          {field.choices.includes(ALL) && <input type="radio" name={`of-${field.name}`} checked={field.source === ALL} aria-label={t('all_of', { field: said })} onChange={() => choose(field.name, ALL)} />}
        </td>
      )}
    </tr>
  )
}
