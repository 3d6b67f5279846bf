/** What the language says of a workflow's keys: the JSON Schema of the catalog, read for the controls of the drawer. */

import type { Locale } from '../../kernel/i18n/catalogue'
import { useCatalog } from '../form/designer'
import type { Verb } from './tree'

/** A place of the schema, as far as controls ask about it. */
export interface Node {
  readonly 'description'?: string
  readonly 'x-zh'?: string
  readonly 'type'?: string | readonly string[]
  readonly 'enum'?: readonly string[]
  readonly 'items'?: Node
  readonly 'properties'?: Readonly<Record<string, Node>>
  readonly '$ref'?: string
  readonly 'oneOf'?: readonly Node[]
  readonly 'anyOf'?: readonly Node[]
  readonly 'x-value'?: string
  readonly 'additionalProperties'?: Node | boolean
  readonly 'patternProperties'?: Readonly<Record<string, Node>>
  readonly 'x-order'?: readonly string[]
  readonly 'default'?: unknown
  readonly 'title'?: string
  readonly '$defs'?: Readonly<Record<string, Node>>
}

export interface Schema {
  readonly root: Node
  /** The keys of a shape in their order, each with what it is. */
  readonly keys: (node: Node) => readonly (readonly [key: string, node: Node])[]
  readonly shape: (name: string) => Node | undefined
}

const NO_SCHEMA: Node = {}

export function useSchema(): Schema {
  const root = (useCatalog().data?.schemas['workflows'] as Node | undefined) ?? NO_SCHEMA
  return schemaOf(root)
}

export function schemaOf(root: Node): Schema {
  const shape = (name: string) => root.$defs?.[name]
  const resolved = (node: Node): Node => {
    const target = node.$ref ? shape(node.$ref.replace('#/$defs/', '')) : undefined
    return target ? { ...target, ...node } : node
  }
  return { root, shape, keys: node => Object.entries(resolved(node).properties ?? {}).map(([key, each]) => [key, resolved(each)] as const) }
}

const SHAPES: Readonly<Record<Verb, string>> = {
  fill: 'FillShape', approve: 'ApproveShape', vote: 'VoteShape', choose: 'ChooseShape', together: 'TogetherShape', any_of: 'AnyOfShape', call: 'CallShape', copy: 'CopyShape', wait: 'WaitShape', sub_flow: 'SubFlowShape',
}

/** The keys of a verb in their order. */
export const keysOfVerb = (schema: Schema, verb: Verb): readonly (readonly [key: string, node: Node])[] => schema.keys(schema.shape(SHAPES[verb]) ?? {})

/** What a key is for, as a label: its description without the full stop. */
export const labelOfKey = (node: Node, key: string, locale: Locale): string => ((locale === 'zh' ? node['x-zh'] : node.description) ?? key).replace(/[。.]$/, '')

export type Control = 'people' | 'several_people' | 'label' | 'flag' | 'words' | 'choice' | 'expression' | 'length' | 'number' | 'count' | 'names' | 'object' | 'objects' | 'pairs' | 'name' | 'text' | 'after_sub_flow' | 'source'

const refers = (node: Node | undefined, shape: string): boolean => [node, ...(node?.oneOf ?? [])].some(each => each?.$ref?.endsWith(`/${shape}`) ?? false)

/** Which control a place has; `source` where a person writes it in the text. */
export function controlOf(node: Node): Control {
  if (refers(node, 'PeopleShape')) return 'people'
  if (refers(node, 'CountShape')) return 'count'
  if (refers(node, 'OnRejectShape') && node.oneOf) return 'after_sub_flow'
  if (node['x-value'] === 'label') return 'label'
  if (node.enum) return 'choice'
  if (node.type === 'boolean') return 'flag'
  if (node['x-value'] === 'expression') return 'expression'
  if (node['x-value'] === 'duration') return 'length'
  if (node.type === 'integer') return 'number'
  if (node.type === 'array') return refers(node.items, 'PeopleShape') ? 'several_people' : node.items?.enum ? 'words' : node.items?.type === 'string' ? 'names' : node.items?.$ref ? 'objects' : 'source'
  if (node.properties) return 'object'
  if (node.type === 'object') return (typeof node.additionalProperties === 'object' && !node.additionalProperties.properties) || node.patternProperties ? 'pairs' : 'source'
  if (node['x-value'] === 'reference') return 'name'
  if (node.type === 'string' || (Array.isArray(node.type) && node.type.includes('string'))) return 'text'
  return 'source'
}

export const TABS = ['who', 'mode', 'form', 'acts', 'due', 'data'] as const
export type Tab = (typeof TABS)[number]

/** Where each key of a step is set; what is not said here stands among the data, so that a new key of the language has a place at once. */
const TAB_OF: Readonly<Record<string, Tab>> = {
  by: 'who', limit: 'who', always_ask: 'who', on_error: 'who', copy: 'who',
  rule: 'mode', when: 'mode', may: 'mode', open_for: 'due', connector: 'mode', undo: 'mode', unknown_result: 'mode', retry: 'mode', workflow: 'mode', detached: 'mode', for: 'mode', until: 'mode', event: 'mode', match: 'mode',
  choose: 'mode', form: 'form', fields: 'form', allow: 'acts', opinion: 'acts', signature: 'acts', on_reject: 'acts', due: 'due',
}

/** Keys that stand in the head of the drawer or on the tree itself. */
const ELSEWHERE: ReadonlySet<string> = new Set(['fill', 'approve', 'vote', 'call', 'wait', 'sub_flow', 'title', 'name', 'together', 'any_of', 'otherwise', 'steps', 'else'])

export const tabOf = (key: string): Tab | null => (ELSEWHERE.has(key) ? null : (TAB_OF[key] ?? 'data'))
