/** Makes a new field of the entity and puts it on the form: two files, one step. */

import type { Label } from '../../kernel/api/types'
import type { Value } from '../../kernel/splice/print'
import { entityFile, fieldsOf, FIELD_KEYS, freeName } from '../draft/definition'
import { command as addItem } from './add_item'
import type { Command } from './command'

export interface AddField {
  readonly form: string
  readonly entity: string
  readonly type: string
  readonly label: Label
  readonly block: string
  readonly index?: number
  /** Options that the type cannot do without. */
  readonly options?: { readonly [key: string]: Value }
}

export const command: Command<AddField> = {
  name: 'add_field',
  run(files, { form, entity, type, label, block, index, options }) {
    const fields = fieldsOf(files, entity)
    const field = freeName(type === 'integer' ? 'number_field' : `${type}_field`, Object.keys(fields))
    const item = addItem.run(files, index === undefined ? { form, field, block } : { form, field, block, index })
    if (!item) return null
    const given: Record<string, Value> = { type, ...options, label: { ...label } }
    const ordered = Object.fromEntries(Object.entries(given).sort(([a], [b]) => FIELD_KEYS.indexOf(a as never) - FIELD_KEYS.indexOf(b as never)))
    return {
      edit: {
        operations: { ...item.edit.operations, [entityFile(entity)]: [{ kind: 'setKey', map: ['fields'], key: field, value: ordered, order: [] }] },
      },
      select: item.select,
    }
  },
}
