/** The one way to the server: JSON in and out, typed failures, and a login that may come back while a request waits. */
import { Unreachable, refusalOf } from './failure'

export interface Ask {
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>
  /** Bytes of a file go as they are, everything else as JSON. */
  readonly body?: unknown
  readonly ifMatch?: string | number
  /** Makes a POST repeatable; it comes from `useOnce`, one for each thing a person does, not for each attempt. */
  readonly key?: string
  readonly signal?: AbortSignal
  /** Sign-in itself must not wait for a sign-in. */
  readonly anonymous?: boolean
}

export interface Answer<T> {
  readonly data: T
  readonly etag: string | null
  readonly status: number
  readonly location: string | null
  readonly replayed: boolean
}

type Door = { readonly signInAgain: () => Promise<void>, readonly locale: () => string }
let door: Door = { signInAgain: () => Promise.reject(new Error('no session')), locale: () => 'zh' }

/** Tell the client how to get a new login and which language messages should have. */
export function openDoor(next: Door): void {
  door = next
}

/** Path of a URL with its parts escaped: `path('api', app, entity, id)`. */
export const path = (...parts: readonly string[]): string => '/' + parts.map(encodeURIComponent).join('/')

function address(to: string, query: Ask['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (Array.isArray(value)) for (const each of value) search.append(name, String(each))
    else if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${to}?${text}` : to
}

async function send(method: string, to: string, ask: Ask): Promise<Response> {
  const headers: Record<string, string> = { 'accept': 'application/json', 'accept-language': door.locale() }
  const isBytes = ask.body instanceof Blob
  if (ask.body !== undefined) headers['content-type'] = isBytes ? 'application/octet-stream' : 'application/json'
  if (ask.ifMatch !== undefined) headers['if-match'] = typeof ask.ifMatch === 'number' ? `"${ask.ifMatch}"` : ask.ifMatch
  if (ask.key !== undefined) headers['idempotency-key'] = ask.key
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (ask.body !== undefined) init.body = isBytes ? (ask.body as Blob) : JSON.stringify(ask.body)
  if (ask.signal !== undefined) init.signal = ask.signal
  try {
    return await fetch(address(to, ask.query), init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Unreachable(cause)
  }
}

/** Ask the server; raises `Refusal` or `Unreachable`. A 401 waits for a new login and asks once more. */
export async function call<T>(method: string, to: string, ask: Ask = {}): Promise<Answer<T>> {
  let answer = await send(method, to, ask)
  if (answer.status === 401 && !ask.anonymous) {
    await door.signInAgain()
    answer = await send(method, to, ask)
  }
  if (!answer.ok) throw await refusalOf(answer)
  const text = await answer.text()
  return {
    data: (text ? JSON.parse(text) : null) as T,
    etag: answer.headers.get('etag'),
    status: answer.status,
    location: answer.headers.get('location'),
    replayed: answer.headers.get('idempotency-replayed') === 'true',
  }
}

/** A file that the server writes, with the name that it gives; raises like `call`. */
export async function fetchFile(to: string, ask: Ask = {}): Promise<{ readonly blob: Blob, readonly name: string }> {
  let answer = await send('GET', to, ask)
  if (answer.status === 401) {
    await door.signInAgain()
    answer = await send('GET', to, ask)
  }
  if (!answer.ok) throw await refusalOf(answer)
  const said = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '')
  return { blob: await answer.blob(), name: decodeURIComponent(said?.[1] ?? 'file') }
}

/** The body of a GET. */
export const get = async <T>(to: string, ask: Ask = {}): Promise<T> => (await call<T>('GET', to, ask)).data
/** The body of a POST. */
export const post = async <T>(to: string, ask: Ask = {}): Promise<T> => (await call<T>('POST', to, ask)).data
