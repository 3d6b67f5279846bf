/** The pages that may be printed of a record now; each opens beside and prints itself. */
import { useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import type { Label, RecordWire } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { words } from './words'

interface PrintedPage { readonly name: string, readonly label: Label }

export function Prints({ app, entity, record }: { readonly app: string, readonly entity: string, readonly record: RecordWire }) {
  const t = useWords(words), label = useLabel(), locale = useLocale()
  const answer = useQuery({
    queryKey: ['prints', app, entity, record.id, record.version],
    queryFn: ({ signal }) => get<{ items: readonly PrintedPage[] }>(path('api', app, entity, record.id, 'prints'), { signal }),
  })
  return answer.data?.items.map(page => (
    <a key={page.name} className="button-plain" target="_blank" rel="noreferrer" href={`${path('api', app, entity, record.id, 'prints', page.name)}?locale=${locale}`}>{t('print', { label: label(page.label) })}</a>
  ))
}
