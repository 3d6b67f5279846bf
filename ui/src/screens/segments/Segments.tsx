/** The segments of an app: how many members each has now under the reader's rights, and the way to them. */
import { useQueries } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useScreens } from '../../kernel/api/queries'
import type { Page, RecordWire } from '../../kernel/api/types'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { words } from './words'
import '../list/list.css'

export default function Segments() {
  const t = useWords(words), label = useLabel()
  const { app = '' } = useParams()
  const screens = useScreens(app), segments = screens.data?.segments ?? []
  const counts = useQueries({
    queries: segments.map(({ name, entity }) => ({
      queryKey: ['count', app, entity, 'segment', name],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await get<Page<RecordWire>>(path('api', app, entity), { query: { segment: name, select: 'id', limit: 1, count: 'exact' }, signal })).count,
      staleTime: 60_000,
    })),
  })
  useTitle(`${t('title')} ${label(screens.data?.label)}`)
  const failed = stopOf(screens)
  if (failed) return <PageFailure error={failed} retry={() => void screens.refetch()} />
  return (
    <div className="screen" aria-busy={!screens.data}>
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{label(screens.data?.label)} · {t('note')}</span></div>
      {screens.data && segments.length === 0 && <p className="card card-body quiet">{t('none')}</p>}
      {segments.length > 0 && (
        <section className="card table-scroll" aria-label={t('title')}>
          <table className="table">
            <caption className="sr">{t('title')}</caption>
            <thead><tr><th scope="col">{t('name')}</th><th scope="col">{t('of')}</th><th scope="col" className="num">{t('members')}</th></tr></thead>
            <tbody>
              {segments.map((segment, at) => {
                const count = counts[at], shown = label(segment.label)
                return (
                  <tr key={segment.name}>
                    <th scope="row">{segment.list ? <Link className="row-link" title={t('open')} to={`/app/${app}/list/${segment.list}?${new URLSearchParams({ segment: segment.name }).toString()}`}>{shown}</Link> : shown}</th>
                    <td>{label(screens.data?.entities[segment.entity]?.label)}</td>
                    <td className="num">{count?.isError ? t('failed') : typeof count?.data === 'number' ? group(String(count.data)) : t('counting')}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </section>
      )}
    </div>
  )
}
