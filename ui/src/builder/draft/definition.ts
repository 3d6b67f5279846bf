/** Finding one's way in a draft: the files of forms and entities, and the places of their parts. */

import type { Label } from '../../kernel/api/types'
import type { Model } from '../../kernel/splice/document'
import type { Path } from '../../kernel/splice/lines'
import { nameOf } from './share'
import type { Files } from './files'

export type ModelMap = { readonly [key: string]: Model }

export const isMap = (model: Model | undefined): model is { [key: string]: Model } => typeof model === 'object' && model !== null && !Array.isArray(model)
/** One empty map and one empty list for all: a new one at each look would make the screens draw for ever. */
const NOTHING: ModelMap = {}
const NONE: readonly Model[] = []
export const mapOf = (model: Model | undefined): ModelMap => (isMap(model) ? model : NOTHING)
export const listOf = (model: Model | undefined): readonly Model[] => (Array.isArray(model) ? model : NONE)
export const textOf = (model: Model | undefined): string => (typeof model === 'string' ? model : '')
export const labelOf = (model: Model | undefined): Label | null =>
  isMap(model) ? Object.fromEntries(Object.entries(model).map(([language, text]) => [language, textOf(text)])) : typeof model === 'string' ? { zh: model } : null

export const formFile = (form: string): string => `forms/${form}.yaml`
export const entityFile = (entity: string): string => `entities/${entity}.yaml`
export const formModel = (files: Files, form: string): ModelMap => mapOf(files[formFile(form)]?.model)
export const entityModel = (files: Files, entity: string): ModelMap => mapOf(files[entityFile(entity)]?.model)
export const fieldsOf = (files: Files, entity: string): ModelMap => mapOf(entityModel(files, entity)['fields'])

export interface BlockPlace {
  readonly name: string
  readonly kind: string
  readonly path: Path
  readonly model: ModelMap
  readonly items: readonly ItemPlace[]
}

export interface ItemPlace {
  readonly kind: string
  readonly name: string
  readonly path: Path
  /** The properties; empty for a bare field name. */
  readonly model: ModelMap
  readonly bare: boolean
}

const BLOCKS = ['section', 'tab', 'page']
const ITEMS = ['field', 'rows', 'text', 'button']

/** The sections of a form in order, those inside tabs and pages included. */
export function blocksOf(form: ModelMap): readonly BlockPlace[] {
  return listOf(form['layout']).flatMap((block, at) => blockAt(block, ['layout', at]))
}

function blockAt(model: Model, path: Path): readonly BlockPlace[] {
  const map = mapOf(model)
  const kind = BLOCKS.find(name => name in map) ?? ''
  const all = listOf(map['items'])
  if (kind !== 'section' && all.some(item => 'section' in mapOf(item))) return all.flatMap((item, at) => blockAt(item, [...path, 'items', at]))
  return [{ name: textOf(map[kind]), kind, path, model: map, items: all.map((item, at) => itemAt(item, [...path, 'items', at])) }]
}

function itemAt(model: Model, path: Path): ItemPlace {
  const map = mapOf(model)
  const kind = typeof model === 'string' ? 'field' : (ITEMS.find(name => name in map) ?? '')
  return { kind, name: nameOf(model) ?? '', path, model: map, bare: typeof model === 'string' }
}

export const allItems = (form: ModelMap): readonly ItemPlace[] => blocksOf(form).flatMap(block => block.items)
export const findItem = (form: ModelMap, name: string): ItemPlace | undefined => allItems(form).find(item => item.name === name)
export const findBlock = (form: ModelMap, name: string): BlockPlace | undefined => blocksOf(form).find(block => block.name === name)
export const blockOfItem = (form: ModelMap, name: string): BlockPlace | undefined => blocksOf(form).find(block => block.items.some(item => item.name === name))

/** `text`, `text_2`, `text_3` …: the first that is free. */
export function freeName(wanted: string, taken: Iterable<string>): string {
  const used = new Set(taken)
  let name = wanted
  for (let number = 2; used.has(name); number++) name = `${wanted}_${number}`
  return name
}

/** Order of keys as the language documents them; a new key stands behind the last that precedes it. */
export const FIELD_KEYS = [
  'type', 'to', 'of', 'workflow', 'max', 'min', 'scale', 'percent', 'currency', 'lines', 'pattern', 'accept', 'max_mb', 'count', 'required', 'unique', 'required_when', 'visible', 'read_only',
  'default', 'stored', 'compute', 'class', 'mask', 'encrypted', 'label', 'help', 'check', 'message', 'choices_from', 'ordered', 'choices',
] as const
export const ITEM_KEYS = ['field', 'rows', 'text', 'button', 'label', 'help', 'span', 'visible', 'required_when', 'read_only', 'columns', 'min', 'max', 'totals'] as const
export const BLOCK_KEYS = ['section', 'tab', 'page', 'label', 'columns', 'visible', 'items'] as const
