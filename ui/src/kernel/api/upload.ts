/** Sends a file for a field; the answer's id is then written into the field like any value. */
import { call } from './client'
import type { FieldScreen } from './types'

export interface Kept { readonly id: string, readonly name: string, readonly kind: string, readonly size: number, readonly by?: string | null, readonly at?: string }
export async function keepFile(app: string, field: FieldScreen, name: string, bytes: Blob): Promise<Kept> {
  const query = { app, entity: field.holder?.entity, field: field.holder?.field, name }
  // Without the name that the system gives: the server says by the bytes what they are.
  return (await call<Kept>('PUT', '/api/files', { query, body: new Blob([bytes]) })).data
}
