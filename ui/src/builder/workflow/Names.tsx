/** A list of names: what is in it can be taken away, what is known and not in it can be added. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { listOf, textOf } from '../draft/definition'
import { useDesigner } from './designer'
import { Choice } from './Choice'
import { Group, type FieldProps } from './Field'
import { useKnown } from './known_here'
import { TextLine } from '../parts/TextLine'
import { words } from './words'

export function Names({ name, path, within, value, label, fault }: FieldProps & { readonly label: string, readonly fault: string | null }) {
  const t = useWords(words)
  const designer = useDesigner(), known = useKnown(name)
  const [added, setAdded] = useState(0)
  const all = listOf(value).map(textOf)
  const textBy = (each: string) => known?.find(option => option.value === each)?.text ?? each
  const add = (text: string) => {
    if (text && !all.includes(text) && designer.addItem(path, text)) setAdded(added + 1)
  }
  return (
    <Group label={label} fault={fault}>
      {all.length > 0 && (
        <ul className="names">
          {all.map((each, at) => (
            <li key={each} className="tag">{textBy(each)}
              <button type="button" aria-label={t('take_away', { name: textBy(each) })} onClick={() => (all.length === 1 ? designer.set(path, null, within) : designer.removeItem([...path, at]))}>×</button>
            </li>
          ))}
        </ul>
      )}
      {known === null
        ? <TextLine key={added} label={t('add')} value="" commit={add} />
        : <Choice key={added} label={t('add')} value="" unset="" options={known.filter(option => !all.includes(option.value))} choose={add} />}
    </Group>
  )
}
