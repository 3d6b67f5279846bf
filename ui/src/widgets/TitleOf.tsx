/** What a record is called, asked for by its id; the id's end stands there where its title may not be known. */
import { useQuery } from '@tanstack/react-query'
import { get, path } from '../kernel/api/client'
import type { RecordWire } from '../kernel/api/types'

const SHOWN_OF_ID = 8

export function TitleOf({ app, entity, id, columns }: { readonly app: string, readonly entity: string, readonly id: string, readonly columns: readonly string[] }) {
  const answer = useQuery({
    queryKey: ['title', app, entity, id],
    queryFn: ({ signal }) => get<RecordWire>(path('api', app, entity, id), { query: { select: columns.join(',') }, signal }),
    enabled: columns.length > 0,
    staleTime: 60_000,
  })
  const text = answer.data?.[columns[0] ?? '']
  return <>{typeof text === 'string' && text !== '' ? text : `…${id.slice(-SHOWN_OF_ID)}`}</>
}
