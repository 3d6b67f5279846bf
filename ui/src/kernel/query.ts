/** The cache of server answers; a refusal is never asked again by itself, a lost connection is. */
import { QueryClient } from '@tanstack/react-query'
import { Refusal } from './api/failure'

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
