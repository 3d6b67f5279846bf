/** Where a record is, as an address of its page says it. */

export interface Place { readonly app: string, readonly entity: string, readonly id: string }

const PAGES: ReadonlySet<string> = new Set(['list', 'report', 'dashboard', 'new', 'exports', 'duplicates', 'segments', 'maintained'])

/** The record of an address, whole or from its path on; null for anything else, which the server is asked about. */
export function placeOf(text: string): Place | null {
  const parts = text.trim().replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '').split('/').filter(Boolean)
  if (!text.includes('/') || parts[0] !== 'app') return null
  const [, app, first, second, third] = parts
  if (first === 'edit' && app && second && third) return { app, entity: second, id: third }
  return app && first && second && !PAGES.has(first) && third === undefined ? { app, entity: first, id: second } : null
}
