/** What a record is called, asked for by its id; where its title may not be known, just that. */
import { useQuery } from '@tanstack/react-query'
import { get, path } from '../kernel/api/client'
import type { RecordWire } from '../kernel/api/types'
import { useWords } from '../kernel/i18n/catalogue'
import { common } from '../kernel/i18n/common'

export function TitleOf({ app, entity, id, columns }: { readonly app: string, readonly entity: string, readonly id: string, readonly columns: readonly string[] }) {
  const c = useWords(common)
  const answer = useQuery({
    queryKey: ['title', app, entity, id],
    queryFn: ({ signal }) => get<RecordWire>(path('api', app, entity, id), { query: { select: columns.join(',') }, signal }),
    enabled: columns.length > 0,
    staleTime: 60_000,
  })
  const text = answer.data?.[columns[0] ?? '']
  if (typeof text === 'string' && text !== '') return <>{text}</>
  return answer.isLoading ? <span aria-busy="true">…</span> : <span className="hint">{c('not_visible')}</span>
}
