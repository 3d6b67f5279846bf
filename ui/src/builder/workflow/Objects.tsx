/** A list of things that have keys of their own: rules over persons, for instance. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { Value } from '../../kernel/splice/print'
import { freeName, labelOf, listOf, mapOf, textOf } from '../draft/definition'
import { useDesigner } from './designer'
import { Field, Group, type FieldProps } from './Field'
import { useSchema } from './schema'
import { words } from './words'

/** What a new one has to have. */
const FIRST: Readonly<Record<string, (names: readonly string[]) => Value>> = {
  four_eyes: names => ({ name: freeName('maker_checker', names), title: { zh: '经办复核分离', en: 'Maker and checker are different people' }, different_people: [] }),
}

export function Objects({ name, node, path, within, value, label }: FieldProps & { readonly label: string }) {
  const t = useWords(words), show = useLabel()
  const designer = useDesigner(), schema = useSchema()
  const all = listOf(value).map(mapOf)
  const keys = schema.keys(node.items ?? {}).filter(([key]) => key !== 'note' && key !== 'meta')
  const names = all.map(each => textOf(each['name']))
  return (
    <Group label={label}>
      {all.map((each, at) => {
        const called = show(labelOf(each['title'])) || names[at] || String(at + 1)
        return (
          <details key={`${at} ${names[at]}`} className="part" open={all.length < 3}>
            <summary>{called}</summary>
            {keys.map(([key, inner]) => <Field key={key} name={key} node={inner} path={[...path, at, key]} within={[...path, at]} value={each[key]} />)}
            <button type="button" className="link seal" onClick={() => (all.length === 1 ? designer.set(path, null, within) : designer.removeItem([...path, at]))}>{t('take_away', { name: called })}</button>
          </details>
        )
      })}
      <button type="button" className="link" onClick={() => designer.addItem(path, FIRST[name]?.(names) ?? { name: freeName(name, names) })}>{t('add_named', { name: label })}</button>
    </Group>
  )
}
