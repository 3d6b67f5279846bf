/** Sets or clears one property of an entity's field. */

import { entityFile, fieldsOf, FIELD_KEYS, mapOf } from '../draft/definition'
import type { Value } from '../../kernel/splice/print'
import type { Command } from './command'

export interface SetField {
  readonly entity: string
  readonly field: string
  readonly key: string
  readonly value: Value | null
}

export const command: Command<SetField> = {
  name: 'set_field',
  run(files, { entity, field, key, value }) {
    const model = fieldsOf(files, entity)[field]
    if (model === undefined || (value === null && !(key in mapOf(model)))) return null
    const path = ['fields', field]
    return {
      edit: {
        operations: {
          [entityFile(entity)]: [value === null ? { kind: 'removeKey', path: [...path, key] } : { kind: 'setKey', map: path, key, value, order: FIELD_KEYS }],
        },
      },
      select: { kind: 'item', name: field },
    }
  },
}
