/** An expression as somebody reads it: fields by their labels, signs as they are printed, numbers in groups. */

import type { Locale } from '../../kernel/i18n/catalogue'
import { labelIn } from '../../kernel/i18n/locale'
import { fieldsOf, labelOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import type { Files } from '../draft/files'

const TOKENS = /"[^"]*"|'[^']*'|[A-Za-z_$][\w.$]*|[0-9]+(?:\.[0-9]+)?|<=|>=|==|!=|./gsu
const SIGNS: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '==': '=', '!=': '≠' }
const CHINESE: Readonly<Record<string, string>> = { and: '且', or: '或', not: '非', in: '属于' }

export function inWords(expression: string, files: Files, entity: string, locale: Locale): string {
  let choices: ModelMap = {}
  return [...expression.matchAll(TOKENS)].map(([token]) => {
    const field = fieldAt(files, entity, token)
    if (field) {
      choices = choicesOf(files, field)
      return labelIn(labelOf(field['label']), locale) || token
    }
    if (/^["']/.test(token)) return labelIn(labelOf(mapOf(choices[token.slice(1, -1)])['label']), locale) || token.slice(1, -1)
    if (/^[0-9]/.test(token)) return token.replace(/^[0-9]+/, whole => whole.replace(/\B(?=(\d{3})+$)/g, ','))
    if (locale === 'zh' && token in CHINESE) return ` ${CHINESE[token]} `
    return SIGNS[token] ?? token
  }).join('').replace(/ +/g, ' ').trim()
}

/** The field that a path names, through references inside of the app. */
function fieldAt(files: Files, entity: string, path: string): ModelMap | null {
  const [head = '', ...rest] = path.split('.')
  const field = fieldsOf(files, entity)[head]
  if (field === undefined) return null
  return rest.length ? (fieldAt(files, textOf(mapOf(field)['to']), rest.join('.')) ?? null) : mapOf(field)
}

/** The codes of a choice, its own or those that it takes from the app's lists. */
export function choicesOf(files: Files, field: ModelMap): ModelMap {
  if ('choices' in field) return mapOf(field['choices'])
  const from = textOf(field['choices_from'])
  const list = mapOf(mapOf(mapOf(files['choices.yaml']?.model)['choices'])[from])
  return from ? ('values' in list ? mapOf(list['values']) : list) : {}
}

/** What a code of a choose is called: the choice that the value's field has of it. */
export function codeInWords(code: string, expression: string, files: Files, entity: string, locale: Locale): string {
  const field = fieldAt(files, entity, expression.trim())
  return (field && labelIn(labelOf(mapOf(choicesOf(files, field)[code])['label']), locale)) || code
}
