/** Exports as the server keeps them, and the file that it writes. */
import { fetchFile, path, post } from '../../kernel/api/client'
import type { Label } from '../../kernel/api/types'

export type Format = 'xlsx' | 'csv'
export interface Question { readonly where: string, readonly order: string, readonly search: string, readonly segment: string, readonly select: string }
interface Person { readonly id: string, readonly name: string, readonly unit: string | null }
export type Act = 'release' | 'return' | 'withdraw' | 'take'
export interface ExportRequest {
  readonly id: string
  readonly question: { readonly where: string | null, readonly format: Format }
  readonly rows: number
  readonly released_by: readonly Label[]
  readonly note: string | null
  readonly asked_by: Person | null
  readonly asked_at: string
  readonly state: 'open' | 'released' | 'returned' | 'withdrawn'
  readonly decided_by: Person | null
  readonly decided_at: string | null
  readonly decision_note: string | null
  readonly until: string | null
  readonly taken: number
  readonly can: readonly Act[]
}

/** Only what is asked: an empty part of a question is none. */
export const askedOf = (question: Question, format: Format): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries({ ...question, format }).filter(([, value]) => value !== ''))

/** The condition for some records and no others. */
export const onlyThese = (ids: readonly string[]): string => `id in [${ids.map(id => JSON.stringify(id)).join(', ')}]`

/** Give a file to the person, as if a link to it had been followed. */
export function save(file: { readonly blob: Blob, readonly name: string }): void {
  const address = URL.createObjectURL(file.blob), link = document.createElement('a')
  link.href = address
  link.download = file.name
  link.click()
  URL.revokeObjectURL(address)
}

export const takeList = async (app: string, entity: string, question: Question, format: Format): Promise<void> =>
  save(await fetchFile(path('api', app, entity, 'export'), { query: askedOf(question, format) }))

export const takeReleased = async (app: string, id: string): Promise<void> => save(await fetchFile(path('api', app, 'exports', id, 'file')))

export const askFor = (app: string, entity: string, question: Question, format: Format, note: string, key: string) =>
  post<ExportRequest>(path('api', app, entity, 'exports'), { body: { ...askedOf(question, format), note }, key })
