/** Gives a field that was never published another name, in the entity and on all its forms, as one step. */

import type { Operation } from '../../kernel/splice/operations'
import type { Value } from '../../kernel/splice/print'
import { entityFile, fieldsOf, findItem, mapOf, textOf } from '../draft/definition'
import type { Command } from './command'

export interface RenameField {
  readonly entity: string
  readonly field: string
  readonly name: string
}

/** Why a field cannot have this name: it breaks the rule of names, or another field has it; null when it can. */
export const refusedName = (name: string, taken: readonly string[]): 'rule' | 'taken' | null =>
  !/^[a-z][a-z0-9_]{0,47}$/.test(name) ? 'rule' : taken.includes(name) ? 'taken' : null

export const command: Command<RenameField> = {
  name: 'rename_field',
  run(files, { entity, field, name }) {
    const fields = fieldsOf(files, entity)
    if (!(field in fields) || refusedName(name, Object.keys(fields))) return null
    const operations: Record<string, Operation[]> = { [entityFile(entity)]: [{ kind: 'renameKey', path: ['fields', field], name }] }
    for (const [path, file] of Object.entries(files)) {
      const model = mapOf(file.model)
      if (!path.startsWith('forms/') || textOf(model['entity']) !== entity) continue
      const place = findItem(model, field)
      if (place) operations[path] = [{ kind: 'setValue', path: place.bare ? place.path : [...place.path, place.kind], value: name satisfies Value }]
    }
    return { edit: { operations }, select: { kind: 'item', name } }
  },
}
