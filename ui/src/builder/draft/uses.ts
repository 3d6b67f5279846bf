/** Where a field is named: the files of the draft that speak of its entity and hold its name as a whole word. */

import { mapOf, textOf } from './definition'
import type { Files } from './files'

export function usesOf(files: Files, entity: string, field: string): readonly string[] {
  const word = new RegExp(`(^|[^A-Za-z0-9_])${field}([^A-Za-z0-9_]|$)`)
  return Object.entries(files)
    .filter(([path, file]) => {
      const model = mapOf(file.model)
      const speaks = [model['entity'], model['for'], model['page']].some(name => textOf(name) === entity) || path === 'roles.yaml'
      return speaks && word.test(file.text.replace(/#[^\n]*/g, ''))
    })
    .map(([path]) => path)
    .toSorted()
}
