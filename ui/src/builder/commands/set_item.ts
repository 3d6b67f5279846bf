/** Sets or clears one property of an item on the form. */

import type { Operation } from '../../kernel/splice/operations'
import type { Value } from '../../kernel/splice/print'
import { findItem, formFile, formModel, ITEM_KEYS } from '../draft/definition'
import type { Command } from './command'

export interface SetItem {
  readonly form: string
  readonly item: string
  readonly key: string
  /** null clears: defaults are never written. */
  readonly value: Value | null
}

export const command: Command<SetItem> = {
  name: 'set_item',
  run(files, { form, item, key, value }) {
    const place = findItem(formModel(files, form), item)
    if (!place) return null
    const operation = place.bare ? ofBare(place.path, item, key, value) : ofMap(place.path, place, key, value)
    return operation && { edit: { operations: { [formFile(form)]: [operation] } }, select: { kind: 'item', name: item } }
  },
}

const ofBare = (path: readonly (string | number)[], item: string, key: string, value: Value | null): Operation | null =>
  value === null ? null : { kind: 'setValue', path, value: { field: item, [key]: value } }

function ofMap(path: readonly (string | number)[], place: { readonly kind: string, readonly name: string, readonly model: object }, key: string, value: Value | null): Operation | null {
  if (value !== null) return { kind: 'setKey', map: path, key, value, order: ITEM_KEYS }
  if (!(key in place.model)) return null
  const rest = Object.keys(place.model).filter(name => name !== key)
  // `{field: x}` with nothing else is a bare name again.
  return place.kind === 'field' && rest.length === 1 ? { kind: 'setValue', path, value: place.name } : { kind: 'removeKey', path: [...path, key] }
}
