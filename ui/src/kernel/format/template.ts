/** `{path}` and `{path|format}` of titles and cards: which fields they need, and the text they make of a record. */
import type { Wire } from '../api/types'

const PLACE = /\{([^{}|]+)(?:\|([^{}]+))?\}/g

/** The field paths that a template reads. */
export const pathsOf = (template: string): string[] => [...new Set([...template.matchAll(PLACE)].map(match => (match[1] ?? '').trim()))]

/**
 * The fields to ask for so that a title can be told: of a path the reference alone, whose own title comes along.
 * The record behind it may be closed to this person, and then the path would be refused.
 */
export const titleFields = (template: string): string[] => [...new Set(pathsOf(template).flatMap(path => (path === 'id' ? [] : [path.split('.')[0] ?? path])))]

/** The text of a template; a missing value leaves no double spaces behind. */
export function fill(template: string, show: (path: string, format: string | undefined) => string): string {
  return template.replaceAll(PLACE, (_, path: string, format: string | undefined) => show(path.trim(), format)).replaceAll(/\s{2,}/g, ' ').trim()
}

/** A value of a record by its path: embedded columns come under the flat key `a.b`. */
export const valueAt = (record: Readonly<Record<string, Wire>>, path: string): Wire => record[path] ?? null
