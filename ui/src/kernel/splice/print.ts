/** How a new value is written: plain where both readings of YAML take it as text, quoted elsewhere. */

import { stringify } from 'yaml'

/** Numbers and booleans stand for values that the schema wants plain; texts are quoted where a reader could take them for something else. */
export type Value = string | number | boolean | Value[] | Map<string, Value> | { [key: string]: Value }

/** The pairs of a value; a Map keeps the order of keys like "10" and "2", which an object would not. */
export const pairsOf = (value: Map<string, Value> | { [key: string]: Value }): [string, Value][] => (value instanceof Map ? [...value] : Object.entries(value))

const LOOKS_SPECIAL = /^(y|yes|n|no|on|off|true|false|null|~|<<|=)$/i
const LOOKS_NUMERIC = /^[-+]?[0-9.][0-9_.:eExXoO+-]*$/

export function printScalar(value: string | number | boolean, inline: boolean): string {
  if (typeof value !== 'string') return String(value)
  const special = value === '' || value !== value.trim() || LOOKS_SPECIAL.test(value) || LOOKS_NUMERIC.test(value) || /[\r\n\t]/.test(value)
  if (special || (inline && /[,[\]{}]/.test(value)) || /: |:$| #|^[-?:] |^[-?:,[\]{}#&*!|>'"%@`]/.test(value)) return JSON.stringify(value)
  const printed = stringify(value, { compat: 'yaml-1.1', lineWidth: 0 }).trimEnd()
  return printed === value ? value : JSON.stringify(value)
}

export function printInline(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(printInline).join(', ')}]`
  if (typeof value === 'object') return `{${pairsOf(value).map(([key, item]) => `${printScalar(key, true)}: ${printInline(item)}`).join(', ')}}`
  return printScalar(value, true)
}

const isSmall = (value: Value): boolean => typeof value !== 'object' || printInline(value).length <= 60

/** Whether a map holds a list that things are put into, such as the steps of a branch: it stands on lines of its own, also while it is empty. */
const isBranch = (value: Value): boolean =>
  typeof value === 'object' && !Array.isArray(value) && pairsOf(value).some(([, item]) => Array.isArray(item) && (!item.length || item.some(each => typeof each === 'object')))

/** A list's item as lines behind a dash in a column. */
export function printItem(value: Value, column: number, end: string): string {
  const lead = ' '.repeat(column)
  if (typeof value !== 'object') return `${lead}- ${printScalar(value, false)}${end}`
  if (Array.isArray(value) || (isSmall(value) && !isBranch(value))) return `${lead}- ${printInline(value)}${end}`
  const pairs = pairsOf(value).map(([key, item]) => printPair(key, item, column + 2, end))
  return `${lead}- ${pairs.join('').trimStart()}`
}

/** A pair as lines in a column: small values on one line, lists of objects item by item. */
export function printPair(key: string, value: Value, column: number, end: string): string {
  const lead = ' '.repeat(column) + printScalar(key, false) + ':'
  if (Array.isArray(value) && value.length && (value.some(item => typeof item === 'object') || !isSmall(value))) {
    return lead + end + value.map(item => printItem(item, column + 2, end)).join('')
  }
  return `${lead} ${typeof value === 'object' ? printInline(value) : printScalar(value, false)}${end}`
}
