/** Makes a second field like the item's and puts it behind it. */

import { entriesOf } from '../../kernel/splice/document'
import type { Value } from '../../kernel/splice/print'
import { blockOfItem, entityFile, fieldsOf, findItem, formFile, formModel, freeName, isMap } from '../draft/definition'
import { written } from '../draft/written'
import type { Command } from './command'

export interface DuplicateItem {
  readonly form: string
  readonly entity: string
  readonly item: string
}

/** What must not be copied: an identity, and what may stand only once. */
const OWN = new Set(['id', 'unique'])

export const command: Command<DuplicateItem> = {
  name: 'duplicate_item',
  run(files, { form, entity, item }) {
    const model = formModel(files, form)
    const fields = fieldsOf(files, entity)
    const place = findItem(model, item)
    const field = fields[item]
    const block = blockOfItem(model, item)
    if (!place || !block || !isMap(field)) return null
    const name = freeName(item, Object.keys(fields))
    const copy = new Map(entriesOf(field).filter(([key]) => !OWN.has(key)).map(([key, value]) => [key, written(value)]))
    const onForm: Value = place.bare ? name : new Map([...entriesOf(place.model).map(([key, value]) => [key, written(value)] as const), [place.kind, name]])
    return {
      edit: {
        operations: {
          [formFile(form)]: [{ kind: 'insertItem', list: place.path.slice(0, -1), index: (place.path.at(-1) as number) + 1, value: onForm }],
          [entityFile(entity)]: [{ kind: 'setKey', map: ['fields'], key: name, value: copy, order: [] }],
        },
      },
      select: { kind: 'item', name },
    }
  },
}
