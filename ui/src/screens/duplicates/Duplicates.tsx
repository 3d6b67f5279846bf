/** All open pairs of an entity that may be the same thing twice, newest first. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { get, path } from '../../kernel/api/client'
import { useScreens } from '../../kernel/api/queries'
import type { Page } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { useTitle } from '../../kernel/parts/title'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { mergePath, type Case } from './data'
import { words } from './words'
import '../parts/parts.css'

export default function Duplicates() {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow()
  const { app = '', entity: name = '' } = useParams()
  const screens = useScreens(app), entity = screens.data?.entities[name]
  const answer = useInfiniteQuery({
    queryKey: ['duplicates', app, name],
    queryFn: ({ pageParam, signal }) => get<Page<Case>>(path('api', app, 'duplicates', name), { query: { cursor: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
  })
  const title = t('of', { label: label(entity?.label) || name })
  useTitle(title)
  const failed = stopOf(screens, answer)
  if (failed) return <PageFailure error={failed} retry={() => { void screens.refetch(); void answer.refetch() }} />
  const pairs = answer.data?.pages.flatMap(page => page.items)
  return (
    <div className="screen">
      <div className="screen-head"><h1>{title}</h1></div>
      <section className="card" aria-label={title} aria-busy={!pairs}>
        {pairs?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
        <ul className="card-body duplicate-pairs">
          {pairs?.map(pair => (
            <li key={pair.id}>
              <p>
                {t('agree', { fields: pair.fields.map(each => label(entity?.fields[each]?.label) || each).join('、') })}{' '}
                {pair.records.map((record, at) => (
                  <span key={record?.id ?? at}>{at > 0 && ' · '}{record ? <Link to={`/app/${app}/${name}/${record.id}`}>{record.title || record.id}</Link> : <span className="quiet">{t('one_hidden')}</span>}</span>
                ))}
                {entity?.can.merge && pair.records.every(record => record !== null) && <> <Link to={mergePath(app, name, pair.records.flatMap(record => record?.id ?? []))}>{t('merge')}</Link></>}
                <span className="hint small"> {t('found', { at: showInstant(pair.found_at, locale, now, screens.data?.timezone) })}</span>
              </p>
            </li>
          ))}
        </ul>
        {answer.hasNextPage && <button type="button" className="link" onClick={() => void answer.fetchNextPage()}>{t('more')}</button>}
      </section>
    </div>
  )
}
