/** The child rows of a record, each field of rows as a table; on a phone it scrolls inside of its card. */
import type { EntityScreen, FieldScreen, RecordWire, Screens } from '../../kernel/api/types'
import { isFigure, textOf } from '../../kernel/format/value'
import { useLabel } from '../../kernel/i18n/locale'
import { widgetOf } from '../../widgets'
import { leadOf } from '../../widgets/lead'
import { rowsOf } from '../../widgets/rows'
import { TitleOf } from '../../widgets/TitleOf'

export function Rows({ screens, entity, record }: { readonly screens: Screens, readonly entity: EntityScreen, readonly record: RecordWire }) {
  const label = useLabel()
  const place = { app: screens.app, zone: screens.timezone }
  const cell = (field: FieldScreen, value: RecordWire[string] | undefined) => {
    const lead = leadOf(field, value, screens.app), { Show } = widgetOf(field)
    if (textOf(value) === '') return <span className="hint" aria-hidden="true">—</span>
    return lead ? <TitleOf {...lead} /> : <Show field={field} value={value} place={place} />
  }
  return Object.values(entity.fields).filter(field => field.type === 'rows').map(holder => {
    const rows = rowsOf(record[holder.name]), fields = Object.values(entity.rows[holder.options.of ?? '']?.fields ?? {})
    return rows.length > 0 && (
      <section key={holder.name} className="card" aria-labelledby={`rows-${holder.name}`}>
        <div className="card-head"><h2 id={`rows-${holder.name}`}>{label(holder.label)}</h2><span className="grow" /><small className="hint">{rows.length}</small></div>
        {/* A table wider than its card is scrolled by the keyboard too. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className="record-rows" tabIndex={0} role="group" aria-labelledby={`rows-${holder.name}`}>
          <table>
            <thead><tr>{fields.map(field => <th key={field.name} scope="col" className={isFigure(field.type) ? 'num' : ''}>{label(field.label)}</th>)}</tr></thead>
            <tbody>{rows.map((row, at) => <tr key={textOf(row['id']) || at}>{fields.map(field => <td key={field.name} className={isFigure(field.type) ? 'num' : ''}>{cell(field, row[field.name])}</td>)}</tr>)}</tbody>
          </table>
        </div>
      </section>
    )
  })
}
