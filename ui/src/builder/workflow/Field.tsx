/** The control of one key of the language, chosen by what the schema says of it. */
import { useId } from 'react'
import { Link } from 'react-router'
import { useWords, type Say } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import type { Model } from '../../kernel/splice/document'
import type { Path } from '../../kernel/splice/lines'
import { isMap, labelOf, listOf, mapOf, textOf } from '../draft/definition'
import { pointerOf, useFinding } from '../draft/findings'
import { ExpressionLine } from '../parts/ExpressionLine'
import { TextLine } from '../parts/TextLine'
import { placeFor } from '../shell/views'
import { Choice } from './Choice'
import { useDesigner } from './designer'
import { enumWords, isEnumWord } from './enum_words'
import { useKnown } from './known_here'
import { useLine } from './line_of'
import { Names } from './Names'
import { Objects } from './Objects'
import { Pairs } from './Pairs'
import { People } from './People'
import { controlOf, labelOfKey, useSchema, type Node } from './schema'
import { workflowFile } from './workflow'
import { words } from './words'

export interface FieldProps {
  readonly name: string
  readonly node: Node
  readonly path: Path
  /** The step or part around it, below which nothing is taken away. */
  readonly within: Path
  readonly value: Model | undefined
}

/** A word of the language as somebody reads it. */
export function useEnumWord(): (word: string) => string {
  const say: Say<keyof typeof enumWords.entries> = useWords(enumWords)
  return word => (isEnumWord(word) ? say(word) : word)
}

export function Field(props: FieldProps) {
  const { name, node, path, within, value } = props
  const t = useWords(words), locale = useLocale(), say = useEnumWord()
  const designer = useDesigner(), schema = useSchema(), known = useKnown(name)
  const file = workflowFile(designer.workflow), pointer = pointerOf(path)
  const finding = useFinding(file, pointer)
  const label = labelOfKey(node, name, locale)
  const fault = finding ? `${finding.code} ${finding.message}` : null
  const set = (next: Parameters<typeof designer.set>[1]) => void designer.set(path, next, within)
  switch (controlOf(node)) {
    case 'people':
      return <People {...props} label={label} />
    case 'several_people':
      return (
        <Group label={label} fault={fault}>
          {listOf(value).map((each, at) => (
            <div key={`${at} ${JSON.stringify(each)}`} className="part">
              <People name={name} node={node} path={[...path, at]} within={[...path, at]} value={each} label={`${label} ${at + 1}`} />
              <button type="button" className="link" onClick={() => (listOf(value).length === 1 ? set(null) : designer.removeItem([...path, at]))}>{t('take_away', { name: `${label} ${at + 1}` })}</button>
            </div>
          ))}
          <button type="button" className="link" onClick={() => designer.addItem(path, 'starter')}>{t('add_named', { name: label })}</button>
        </Group>
      )
    case 'label': {
      const both = labelOf(value) ?? {}
      return (
        <div className="two">
          <TextLine label={`${label} · ${t('title_zh')}`} lang="zh-CN" value={both['zh'] ?? ''} fault={fault} commit={zh => set(zh || both['en'] ? { ...both, zh } : null)} />
          <TextLine label={`${label} · ${t('title_en')}`} lang="en" value={both['en'] ?? ''} commit={en => set(en || both['zh'] ? { ...both, en } : null)} />
        </div>
      )
    }
    case 'flag':
      return <label className="check"><input type="checkbox" checked={textOf(value) === 'true'} onChange={event => set(event.target.checked || null)} /> {label}{fault && <span className="fault"> {fault}</span>}</label>
    case 'choice':
      return <Choice label={label} value={textOf(value)} fault={fault} options={(node.enum ?? []).map(word => ({ value: word, text: say(word) }))} unset={typeof node.default === 'string' ? t('default_value', { value: say(node.default) }) : t('not_set')} choose={word => set(word || null)} />
    case 'words':
      return (
        <Group label={label} fault={fault}>
          <span className="checks">
            {(node.items?.enum ?? []).map(word => {
              const all = listOf(value).map(textOf), at = all.indexOf(word)
              return <label key={word} className="check"><input type="checkbox" checked={at >= 0} onChange={() => (at < 0 ? designer.addItem(path, word) : all.length === 1 ? set(null) : designer.removeItem([...path, at]))} /> {say(word)}</label>
            })}
          </span>
        </Group>
      )
    case 'expression':
      return <ExpressionLine label={label} value={textOf(value)} commit={text => set(text || null)} entity={designer.entity} file={file} pointer={pointer} />
    case 'length':
      return <TextLine label={label} value={textOf(value)} hint={t('length_hint')} fault={fault} commit={text => set(text || null)} />
    case 'number':
      return <TextLine label={label} value={textOf(value)} numeric fault={fault} commit={text => set(text ? numberOr(text) : null)} />
    case 'count':
      return <Count label={label} value={value} fault={fault} set={set} />
    case 'names':
      return <Names {...props} label={label} fault={fault} />
    case 'objects':
      return <Objects {...props} label={label} />
    case 'pairs':
      return <Pairs {...props} label={label} />
    case 'object':
      return (
        <Group label={label}>
          <div className="part">{schema.keys(node).filter(([key]) => key !== 'note' && key !== 'meta').map(([key, each]) => <Field key={key} name={key} node={each} path={[...path, key]} within={within} value={mapOf(value)[key]} />)}</div>
        </Group>
      )
    case 'name':
      return known === null
        ? <TextLine label={label} value={textOf(value)} fault={fault} commit={text => set(text || null)} />
        : <Choice label={label} value={textOf(value)} fault={fault} options={known} unset={t('not_set')} choose={word => set(word || null)} />
    case 'text':
      return known === null
        ? <TextLine label={label} value={isMap(value) ? '' : textOf(value)} fault={fault} commit={text => set(text || null)} />
        : <Suggested label={label} value={textOf(value)} fault={fault} options={known.map(each => each.value)} commit={text => set(text || null)} />
    case 'after_sub_flow':
      return <AfterSubFlow label={label} value={value} set={set} />
    case 'source':
      return <InSource name={name} label={label} path={path} />
  }
}

const numberOr = (text: string): number | string => (/^(0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : text)

export function Group({ label, fault, children }: { readonly label: string, readonly fault?: string | null, readonly children: React.ReactNode }) {
  return <fieldset className="line group"><legend>{label}</legend>{children}{fault && <p className="fault">{fault}</p>}</fieldset>
}

/** A text of which the ones that are known are offered. */
function Suggested({ label, value, options, commit, fault }: { readonly label: string, readonly value: string, readonly options: readonly string[], readonly commit: (text: string) => void, readonly fault: string | null }) {
  const id = useId()
  return (
    <>
      <TextLine label={label} value={value} fault={fault} list={id} commit={commit} />
      <datalist id={id}>{options.map(each => <option key={each} value={each} />)}</datalist>
    </>
  )
}

function Count({ label, value, set, fault }: { readonly label: string, readonly value: Model | undefined, readonly set: (value: number | { readonly [key: string]: number } | null) => void, readonly fault: string | null }) {
  const t = useWords(words)
  const least = isMap(value) ? textOf(value['min']) : textOf(value), most = isMap(value) ? textOf(value['max']) : textOf(value)
  const keep = (min: string, max: string) => {
    const [a, b] = [Number(min) || 0, Number(max) || 0]
    if (!a && !b) set(null)
    else if (a === b) set(a)
    else set({ ...(a ? { min: a } : {}), ...(b ? { max: b } : {}) })
  }
  return (
    <div className="two">
      <TextLine label={`${label} · ${t('at_least')}`} value={least} numeric fault={fault} commit={text => keep(text, isMap(value) || !most ? most : text)} />
      <TextLine label={`${label} · ${t('at_most')}`} value={most} numeric commit={text => keep(least, text)} />
    </div>
  )
}

function AfterSubFlow({ label, value, set }: { readonly label: string, readonly value: Model | undefined, readonly set: (value: string | { readonly return_to: string } | null) => void }) {
  const t = useWords(words), say = useEnumWord(), steps = useKnown('return_to') ?? []
  const now = isMap(value) ? `return_to ${textOf(value['return_to'])}` : textOf(value)
  const options = [{ value: 'reject', text: say('reject') }, { value: 'go_on', text: say('go_on') }, ...steps.map(each => ({ value: `return_to ${each.value}`, text: t('return_to', { step: each.text }) }))]
  return <Choice label={label} value={now} options={options} unset={t('default_value', { value: say('reject') })} choose={word => set(word === '' ? null : word.startsWith('return_to ') ? { return_to: word.slice(10) } : word)} />
}

function InSource({ name, label, path }: { readonly name: string, readonly label: string, readonly path: Path }) {
  const t = useWords(words), show = useLabel()
  const { app, workflow } = useDesigner()
  const line = useLine(path)
  return (
    <div className="line">
      <span>{show({ zh: label, en: label })}</span>
      <Link to={placeFor(app, { file: workflowFile(workflow), line })}>{t('in_source', { key: name })} · {t('line', { line })}</Link>
    </div>
  )
}
