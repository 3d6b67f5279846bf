/** The cache of server answers; a refusal is never asked again by itself, a lost connection is. */
import { QueryClient } from '@tanstack/react-query'
import { Refusal } from './api/failure'

const GONE = new Set([403, 404, 410])

/**
 * What a screen cannot be drawn for: a question without an answer, or one that is refused by now. A server that is away
 * for a moment leaves what is there, above all what a person is typing.
 */
export const stopOf = (...answers: readonly { readonly data: unknown, readonly error: Error | null }[]): Error | null =>
  answers.find(({ data, error }) => error && (data === undefined || (error instanceof Refusal && GONE.has(error.status))))?.error ?? null

/** A client for one page. */
export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => !(error instanceof Refusal) && failures < 2,
        refetchOnWindowFocus: true,
        staleTime: 5_000,
      },
      mutations: { retry: false },
    },
  })
