/** What the server refused (problem+json) and what never arrived, as two classes a screen can tell apart. */

export interface Fault {
  readonly pointer?: string
  readonly parameter?: string
  readonly code: string
  readonly message: string
}

interface ProblemBody {
  readonly title?: string
  readonly detail?: string
  readonly code?: string
  readonly hint?: string | null
  readonly errors?: readonly Fault[]
  readonly request_id?: string
  readonly survivor?: string
}

/** The server answered, and the answer is no. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly hint: string | null
  readonly faults: readonly Fault[]
  readonly requestId: string | null
  /** The record into which the one that was asked for was merged. */
  readonly survivor: string | null

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `HTTP ${status}`)
    this.name = 'Refusal'
    this.status = status
    this.code = body.code ?? `HTTP${status}`
    this.title = body.title ?? ''
    this.detail = body.detail ?? body.title ?? ''
    this.hint = body.hint ?? null
    this.faults = body.errors ?? []
    this.requestId = body.request_id ?? null
    this.survivor = body.survivor ?? null
  }
}

/** No answer came: the network is down, or the server went away while it answered. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server could not be reached.', { cause })
    this.name = 'Unreachable'
  }
}

/** The refusal that an answer carries; one that is no problem+json has only its status, since the words of HTTP are English. */
export async function refusalOf(answer: Response): Promise<Refusal> {
  const type = answer.headers.get('content-type') ?? ''
  if (!type.includes('json')) return new Refusal(answer.status, {})
  const body: unknown = await answer.json()
  return new Refusal(answer.status, typeof body === 'object' && body !== null ? body : {})
}
