/** Sends a file for a field; the answer's id is then written into the field like any value. */
import { toBase64 } from '../format/base64'
import { post } from './client'

export interface Kept { readonly id: string, readonly name: string, readonly kind: string, readonly size: number, readonly by?: string | null, readonly at?: string }
/** Whose field a file is sent for. */
export interface ForField { readonly app: string, readonly entity: string, readonly field: string }

export async function keepFile(target: ForField, name: string, bytes: Blob): Promise<Kept> {
  const content = toBase64(new Uint8Array(await bytes.arrayBuffer()))
  return post<Kept>('/api/files', { body: { ...target, name, content } })
}
