/** The strip that says whose application this is: the record one comes from, read-only. */
import { Link } from 'react-router'
import type { RecordWire, Screens } from '../../kernel/api/types'
import { titlesOf, useShow } from '../../kernel/format/value'
import { useLabel } from '../../kernel/i18n/locale'
import { titleOf } from './NewEntry'

const SHOWN = 4

export function FromRecord({ screens, entity, record }: { readonly screens: Screens, readonly entity: string, readonly record: RecordWire }) {
  const label = useLabel(), show = useShow(screens.timezone)
  const fields = screens.entities[entity]?.fields ?? {}, title = titleOf(screens, entity, record)
  const names = [...(screens.pages[entity]?.tags ?? []), ...(screens.pages[entity]?.facts ?? [])]
  const facts = names.flatMap(name => {
    const field = fields[name]
    const text = field && show({ ...field, masked: field.readable === 'masked' }, record[name], titlesOf(record)[name])
    return field && text ? [{ name, label: label(field.label), text }] : []
  }).slice(0, SHOWN)
  return (
    <div className="card strip">
      <Link to={`/app/${screens.app}/${entity}/${record.id}`}><b>{title}</b></Link>
      {facts.map(fact => <span key={fact.name} className="strip-fact"><span className="hint">{fact.label}</span> {fact.text}</span>)}
    </div>
  )
}
