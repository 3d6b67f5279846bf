/** The fields of a record as a list of names and values; masked ones stay masked until somebody who may says why he looks. */
import type { BlockScreen, EntityScreen, FieldScreen, FormScreen, Label, RecordWire, Screens } from '../../kernel/api/types'
import { SYSTEM_LABELS, isFigure, textOf, titlesOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { asShown, widgetOf } from '../../widgets'
import { words } from './words'

export interface FactGroup { readonly name: string, readonly label: Label | null, readonly fields: readonly FieldScreen[] }

const IN_ROWS = new Set(['rows'])

/** The facts of a record page as one group. */
export const pageFacts = (entity: EntityScreen, names: readonly string[]): readonly FactGroup[] => [{ name: 'facts', label: null, fields: names.flatMap(name => entity.fields[name] ?? []) }]

/** The fields of an entity in the sections of its form; what is on no form comes last. A section that was not asked stays away. */
export function formFacts(entity: EntityScreen, form: FormScreen | undefined, record: RecordWire): readonly FactGroup[] {
  const named = new Set<string>()
  const sections = (blocks: readonly BlockScreen[]): FactGroup[] => blocks.flatMap(block => {
    const fields = block.items.flatMap(item => entity.fields[item.field ?? ''] ?? []).filter(field => !IN_ROWS.has(field.type))
    for (const field of fields) named.add(field.name)
    const isAsked = !block.visible || fields.some(field => textOf(record[field.name]) !== '')
    return [...(isAsked && fields.length > 0 ? [{ name: block.name, label: block.label, fields }] : []), ...sections(block.blocks)]
  })
  const groups = sections(form?.layout ?? [])
  const rest = Object.values(entity.fields).filter(field => !named.has(field.name) && !IN_ROWS.has(field.type) && field.type !== 'status')
  return [...groups, { name: groups.length > 0 ? 'other' : 'facts', label: null, fields: rest }]
}

interface FactsProps { readonly screens: Screens, readonly entity: string, readonly record: RecordWire, readonly groups: readonly FactGroup[], readonly isPast?: boolean }

export function Facts({ screens, entity, record, groups, isPast = false }: FactsProps) {
  const t = useWords(words), label = useLabel()
  const titles = titlesOf(record)
  // Without its record nothing is shown in clear for a reason: that would be the value of today.
  const place = { app: screens.app, zone: screens.timezone, ...(isPast ? {} : { record: { entity, id: record.id } }) }
  return groups.map((group, at) => {
    const masked = group.fields.filter(field => field.readable === 'masked' && textOf(record[field.name]) !== '').length
    return (
      <section key={group.name} className="card" aria-labelledby={`facts-${group.name}`}>
        <div className="card-head">
          <h2 id={`facts-${group.name}`}>{group.label ? label(group.label) : t(group.name === 'other' ? 'other' : 'facts')}</h2><span className="grow" />
          {masked > 0 && <small className="hint">{t('masked', { count: masked })}</small>}
        </div>
        <dl className="facts card-body">
          {group.fields.map(field => {
            const value = record[field.name], { Show } = widgetOf(asShown(field, value))
            return (
              <div key={field.name} className="fact">
                <dt>{label(field.label)}</dt>
                <dd className={isFigure(field.type) ? 'fact-figure' : ''}>{textOf(value) === '' ? <span className="hint">—</span> : <Show field={field} value={value} title={titles[field.name]} place={place} />}</dd>
              </div>
            )
          })}
          {at === groups.length - 1 && <System record={record} zone={screens.timezone} />}
        </dl>
      </section>
    )
  })
}

function System({ record, zone }: { readonly record: RecordWire, readonly zone: string }) {
  const label = useLabel(), show = useShow(zone), titles = titlesOf(record)
  const rows = (['created_at', 'changed_at'] as const).flatMap(name => {
    const by = titles[name.replace('_at', '_by')], at = textOf(record[name])
    return at ? [{ name, text: [show({ type: 'datetime' }, at), by].filter(Boolean).join(' · ') }] : []
  })
  return rows.map(row => <div key={row.name} className="fact"><dt>{label(SYSTEM_LABELS[row.name])}</dt><dd className="quiet">{row.text}</dd></div>)
}
