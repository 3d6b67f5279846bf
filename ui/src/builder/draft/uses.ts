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

/** The lines of other files that hold a name as a whole word, outside of comments. */
export function placesOf(files: Files, name: string, own: string): readonly { readonly file: string, readonly line: number }[] {
  const word = new RegExp(`(^|[^A-Za-z0-9_])${name}([^A-Za-z0-9_]|$)`)
  return Object.entries(files).filter(([path]) => path !== own).flatMap(([path, file]) =>
    file.text.split('\n').flatMap((text, at) => (word.test(text.replace(/(^|\s)#.*$/, '')) ? [{ file: path, line: at + 1 }] : [])))
}
