/** Where else in its file a step is named: controls, returns, choices of people, worked cases. */

import { entriesOf, type Model } from '../../kernel/splice/document'
import type { Path } from '../../kernel/splice/lines'
import { isMap, type ModelMap } from '../draft/definition'

export interface Reference {
  readonly path: Path
  /** The name is a key there, a value, or the second word of an act. */
  readonly as: 'key' | 'value' | 'act'
  readonly text: string
}

/** Maps whose keys are names that people give, a step's among them. */
const KEYED: ReadonlySet<string> = new Set(['given', 'answers', 'people'])
const ACT = /^(approve|reject) (\S+)$/
/** Keys whose values say something other than a step, also where it reads the same. */
const OTHER: ReadonlySet<string> = new Set(['title', 'note', 'meta', 'opinion', 'name', 'role', 'post', 'group', 'form', 'connector', 'set', 'write', 'read', 'hide', 'require', 'editors_of', 'unless_changed', 'replay_if_changed'])

/** Every place outside of the step itself that names it. */
export function referencesTo(workflow: ModelMap, step: string, own: Path): readonly Reference[] {
  const found: Reference[] = []
  const visit = (model: Model, path: Path): void => {
    if (own.length > 0 && path.length === own.length && own.every((part, at) => part === path[at])) return
    if (typeof model === 'string') {
      if (model === step) found.push({ path, as: 'value', text: model })
      else if (ACT.exec(model)?.[2] === step) found.push({ path, as: 'act', text: model })
    } else if (Array.isArray(model)) model.forEach((item, at) => visit(item, [...path, at]))
    else if (isMap(model)) {
      for (const [key, value] of entriesOf(model)) {
        if (OTHER.has(key)) continue
        if (KEYED.has(String(path.at(-1))) && key === step) found.push({ path: [...path, key], as: 'key', text: key })
        visit(value, [...path, key])
      }
    }
  }
  visit(workflow as Model, [])
  return found
}
