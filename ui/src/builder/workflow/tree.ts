/** A workflow's steps as a tree: what each is, what it is called by, and where it stands in the file. */

import type { Model } from '../../kernel/splice/document'
import { entriesOf } from '../../kernel/splice/document'
import type { Path } from '../../kernel/splice/lines'
import { listOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import { pointerOf } from '../draft/findings'

/** The verbs of the language, in the order in which "+" offers them. */
export const VERBS = ['fill', 'approve', 'vote', 'choose', 'together', 'any_of', 'call', 'copy', 'wait', 'sub_flow'] as const
export type Verb = (typeof VERBS)[number]

/** Where the start and the end of a flow stand among the names of its steps, which no step can have. */
export const START = ':start'
export const END = ':end'

export interface Block {
  /** The step's name; the place of a block that has none, and of a step whose name another one has. */
  readonly id: string
  /** null for what is not written to its end yet. */
  readonly verb: Verb | null
  readonly name: string
  readonly path: Path
  readonly model: ModelMap
  readonly branches: readonly Branch[]
}

export interface Branch {
  /** Its place as a pointer. */
  readonly id: string
  readonly kind: 'branch' | 'case' | 'else' | 'code' | 'otherwise'
  readonly name: string
  /** Of a case; of a code the code. */
  readonly condition: string
  readonly path: Path
  /** Where its steps stand. */
  readonly list: Path
  readonly model: ModelMap
  readonly steps: readonly Block[]
}

/** Keys of a choose that are no codes. */
const CHOOSE_KEYS: ReadonlySet<string> = new Set(['choose', 'otherwise', 'name', 'title', 'sealed', 'note', 'meta'])
const NAMED: ReadonlySet<Verb> = new Set<Verb>(['fill', 'approve', 'vote', 'call', 'wait', 'sub_flow'])

export const STEPS: Path = ['steps']

/** The blocks of a workflow, from top to bottom. */
export function treeOf(workflow: ModelMap): readonly Block[] {
  const taken = new Set<string>()
  return readSteps(workflow['steps'], STEPS, taken)
}

function readSteps(model: Model | undefined, list: Path, taken: Set<string>): readonly Block[] {
  return listOf(model).map((step, at) => readBlock(mapOf(step), [...list, at], taken))
}

function readBlock(model: ModelMap, path: Path, taken: Set<string>): Block {
  const verb = VERBS.find(each => each in model) ?? null
  const name = verb === null ? '' : textOf(NAMED.has(verb) ? model[verb] : model['name'])
  const id = name && !taken.has(name) ? name : pointerOf(path)
  taken.add(id)
  return { id, verb, name, path, model, branches: readBranches(verb, model, path, taken) }
}

function readBranches(verb: Verb | null, model: ModelMap, path: Path, taken: Set<string>): readonly Branch[] {
  if (verb === 'together' || verb === 'any_of') {
    return listOf(model[verb]).map((branch, at) => {
      const place = [...path, verb, at], map = mapOf(branch)
      return made('branch', textOf(map['name']), '', place, [...place, 'steps'], map, map['steps'], taken)
    })
  }
  if (verb !== 'choose') return []
  if (Array.isArray(model['choose'])) {
    return listOf(model['choose']).map((branch, at) => {
      const place = [...path, 'choose', at], map = mapOf(branch)
      const kind = textOf(map['else']) === 'true' ? 'else' : 'case'
      return made(kind, textOf(map['name']), textOf(map['if']), place, [...place, 'steps'], map, map['steps'], taken)
    })
  }
  const codes = entriesOf(model).filter(([key]) => !CHOOSE_KEYS.has(key))
  const branches = codes.map(([code, steps]) => made('code', code, code, [...path, code], [...path, code], {}, steps, taken))
  const rest = 'otherwise' in model ? [made('otherwise', '', '', [...path, 'otherwise'], [...path, 'otherwise'], {}, model['otherwise'], taken)] : []
  return [...branches, ...rest]
}

const made = (kind: Branch['kind'], name: string, condition: string, path: Path, list: Path, model: ModelMap, steps: Model | undefined, taken: Set<string>): Branch =>
  ({ id: pointerOf(path), kind, name, condition, path, list, model, steps: readSteps(steps, list, taken) })

/** Every block, the ones inside of branches included, in the order of the file. */
export function allBlocks(steps: readonly Block[]): readonly Block[] {
  return steps.flatMap(step => [step, ...step.branches.flatMap(branch => allBlocks(branch.steps))])
}

export const findBlock = (steps: readonly Block[], id: string): Block | undefined => allBlocks(steps).find(step => step.id === id)

export const allBranches = (steps: readonly Block[]): readonly Branch[] => allBlocks(steps).flatMap(step => step.branches)

export const findBranch = (steps: readonly Block[], id: string): Branch | undefined => allBranches(steps).find(branch => branch.id === id)

/** The names that steps and blocks have. */
export const namesOf = (steps: readonly Block[]): readonly string[] => allBlocks(steps).flatMap(step => (step.name ? [step.name] : []))

/** What stands in front of a place: the block or branch behind whose face a finding at the pointer shows, the innermost one. */
export function ownerOf(steps: readonly Block[], pointer: string): string | null {
  const places = [...allBlocks(steps).map(step => ({ id: step.id, at: pointerOf(step.path) })), ...allBranches(steps).map(branch => ({ id: branch.id, at: branch.id }))]
  const inside = places.filter(place => pointer === place.at || pointer.startsWith(`${place.at}/`))
  const inner = inside.toSorted((a, b) => b.at.length - a.at.length)[0]
  if (inner) return inner.id
  return pointer.startsWith('/on_finish') ? END : null
}

/** The steps that lie in a list, by the list's place. */
export function stepsAt(steps: readonly Block[], list: Path): readonly Block[] {
  const wanted = pointerOf(list)
  return wanted === pointerOf(STEPS) ? steps : (allBranches(steps).find(branch => pointerOf(branch.list) === wanted)?.steps ?? [])
}

/** What encloses a place: the branch and its block; null in the flow's own list. */
export function aroundOf(steps: readonly Block[], id: string): { readonly block: Block, readonly branch: Branch } | null {
  for (const block of allBlocks(steps)) for (const branch of block.branches) if (branch.steps.some(step => step.id === id)) return { block, branch }
  return null
}
