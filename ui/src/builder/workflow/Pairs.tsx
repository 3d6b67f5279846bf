/** Names and what each is given: what a call sends, what it keeps, what an end writes. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { entriesOf, type Model } from '../../kernel/splice/document'
import type { Value } from '../../kernel/splice/print'
import { isMap, mapOf, textOf } from '../draft/definition'
import { pointerOf } from '../draft/findings'
import { ExpressionLine } from '../parts/ExpressionLine'
import { TextLine } from '../parts/TextLine'
import { useDesigner } from './designer'
import { Choice } from './Choice'
import { Group, type FieldProps } from './Field'
import { useKnown } from './known_here'
import type { Node } from './schema'
import { workflowFile } from './workflow'
import { words } from './words'

const isExpression = (node: Node): boolean => {
  const inner = typeof node.additionalProperties === 'object' ? node.additionalProperties : Object.values(node.patternProperties ?? {})[0]
  return inner?.['x-value'] === 'expression'
}

/** What an end writes is a value, or an expression behind `=`. */
const shownAs = (value: Model | undefined): string => (isMap(value) ? `= ${textOf(value['value'])}` : textOf(value))
const readAs = (text: string): Value => (text.startsWith('=') ? { value: text.slice(1).trim() } : text)

export function Pairs({ name, node, path, within, value, label }: FieldProps & { readonly label: string }) {
  const t = useWords(words)
  const designer = useDesigner(), known = useKnown(name)
  const [added, setAdded] = useState(0)
  const pairs = entriesOf(mapOf(value)), expressions = isExpression(node)
  const file = workflowFile(designer.workflow)
  const textBy = (key: string) => known?.find(option => option.value === key)?.text ?? key
  const add = (key: string) => {
    if (!key || pairs.some(([other]) => other === key)) return
    if (designer.set([...path, key], expressions ? (name === 'save' ? `result.${key}` : key) : '', within)) setAdded(added + 1)
  }
  return (
    <Group label={label}>
      {pairs.map(([key, each]) => (
        <div key={key} className="pair">
          {expressions
            ? <ExpressionLine label={textBy(key)} value={textOf(each)} commit={text => designer.set([...path, key], text || null, within)} entity={designer.entity} file={file} pointer={pointerOf([...path, key])} />
            : <TextLine label={textBy(key)} value={shownAs(each)} hint={t('value_hint')} commit={text => designer.set([...path, key], text ? readAs(text) : null, within)} />}
          <button type="button" className="icon-button" aria-label={t('take_away', { name: textBy(key) })} onClick={() => designer.set([...path, key], null, within)}>×</button>
        </div>
      ))}
      {known === null
        ? <TextLine key={added} label={t('add')} value="" commit={add} />
        : <Choice key={added} label={t('add')} value="" unset="" options={known.filter(option => pairs.every(([key]) => key !== option.value))} choose={add} />}
    </Group>
  )
}
