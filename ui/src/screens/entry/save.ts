/** Sending a form: one request for each thing a person does, repeatable, with the server's faults at their fields. */
import { call, path, type Answer } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { useOnce } from '../../kernel/api/once'
import type { RecordWire } from '../../kernel/api/types'
import type { Fault } from './faults'

/** What the server stores of this form. */
export interface Stored { readonly id: string, readonly etag: string | null, readonly record: RecordWire }

/** The faults of a refused body, or null when the refusal is about something else. */
export const faultsIn = (error: unknown): readonly Fault[] | null =>
  error instanceof Refusal && error.status === 422 && error.faults.length > 0
    ? error.faults.map(fault => ({ pointer: fault.pointer ?? '', message: fault.message, level: 'error', missing: false }))
    : null

/** Whether somebody else changed the record first. */
export const isConflict = (error: unknown): boolean => error instanceof Refusal && error.status === 412

export interface Sender {
  readonly create: (body: object, submit: boolean) => Promise<Stored>
  readonly update: (stored: Stored, body: object) => Promise<Stored>
  readonly submit: (stored: Stored, body: object) => Promise<Stored>
  readonly latest: (id: string) => Promise<Stored>
}

const storedOf = ({ data, etag }: Answer<RecordWire>): Stored => ({ id: data.id, etag: etag ?? `"${data.version}"`, record: data })

const match = ({ etag }: Stored) => (etag === null ? {} : { ifMatch: etag })

export function useSender(app: string, entity: string): Sender {
  const once = useOnce()
  return {
    create: async (body, submit) => once([body, submit], async key => storedOf(await call<RecordWire>('POST', path('api', app, entity), { query: { submit }, body, key }))),
    update: async (stored, body) => storedOf(await call<RecordWire>('PATCH', path('api', app, entity, stored.id), { body, ...match(stored) })),
    submit: async (stored, body) => once([stored.id, stored.etag, body], async key => storedOf(await call<RecordWire>('POST', path('api', app, entity, stored.id, 'submit'), { body, key, ...match(stored) }))),
    latest: async id => storedOf(await call<RecordWire>('GET', path('api', app, entity, id), { query: { titles: true } })),
  }
}
