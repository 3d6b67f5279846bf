/** Says what one code of a field's own choices is called, adds the code, or takes it away; the other codes stay as they are written. */

import type { Label } from '../../kernel/api/types'
import type { Operation } from '../../kernel/splice/operations'
import { entityFile, fieldsOf, mapOf } from '../draft/definition'
import type { Command } from './command'

export interface SetChoice {
  readonly entity: string
  readonly field: string
  readonly code: string
  /** null takes the code away. */
  readonly label: Label | null
}

const CHOICE_KEYS = ['label', 'valid_from', 'valid_to'] as const

export const command: Command<SetChoice> = {
  name: 'set_choice',
  run(files, { entity, field, code, label }) {
    const map = ['fields', field, 'choices']
    const isThere = code in mapOf(mapOf(fieldsOf(files, entity)[field])['choices'])
    if (label === null && !isThere) return null
    const operation: Operation = label === null
      ? { kind: 'removeKey', path: [...map, code] }
      : isThere
        ? { kind: 'setKey', map: [...map, code], key: 'label', value: { ...label }, order: CHOICE_KEYS }
        : { kind: 'setKey', map, key: code, value: { label: { ...label } }, order: [] }
    return { edit: { operations: { [entityFile(entity)]: [operation] } }, select: { kind: 'item', name: field } }
  },
}
