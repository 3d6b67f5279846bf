/** One act of a person is one act on the server, also when its answer was lost and it is sent again. */
import { useState } from 'react'
import { Refusal } from './failure'

/** Sends something under an `Idempotency-Key`. */
export type Once = <T>(what: unknown, send: (key: string) => Promise<T>) => Promise<T>

/** The same again keeps its key until an answer came; another thing, and anything after an answer, has a new one. */
export function makeOnce(): Once {
  let last: { readonly what: string, readonly key: string } | null = null
  return async (what, send) => {
    const text = JSON.stringify(what)
    if (last?.what !== text) last = { what: text, key: crypto.randomUUID() }
    try {
      const answer = await send(last.key)
      last = null
      return answer
    } catch (error) {
      // What a gateway says tells nothing about what the server did.
      if (error instanceof Refusal && error.status < 500) last = null
      throw error
    }
  }
}

export const useOnce = (): Once => useState(makeOnce)[0]
