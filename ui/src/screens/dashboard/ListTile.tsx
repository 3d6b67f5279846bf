/** A tile of a list: its first records in the list's own order, and the way to all of them. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { Link } from 'react-router'
import { get, path } from '../../kernel/api/client'
import type { Page, RecordWire, Screens, TileScreen } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { Table } from '../list/Table'
import { selectOf } from '../list/fields'
import { words } from './words'

const SHOWN = 6

export function ListTile({ screens, tile }: { readonly screens: Screens, readonly tile: TileScreen }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), id = useId()
  const list = screens.lists[tile.list ?? ''], entity = list && screens.entities[list.entity]
  const query = list && entity ? { where: list.where ?? '', order: list.order.join(','), select: selectOf({ screens, list, entity }, list.columns), limit: SHOWN, titles: true } : {}
  const answer = useQuery({
    queryKey: ['tile', screens.app, 'list', tile.list],
    queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', screens.app, list?.entity ?? ''), { query, signal }),
    enabled: list !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: tile.refresh * 1000,
  })
  if (!list) return null
  const title = label(tile.label ?? list.label), records = answer.data?.items
  // A tile keeps the order of its list.
  const columns = list.columns.map(column => ({ ...column, sortable: false }))
  return (
    <section className={`card tile tile-${tile.width}`} aria-labelledby={id} aria-busy={answer.isFetching}>
      <div className="card-head"><h2 id={id} className="grow">{title}</h2><Link to={`/app/${screens.app}/list/${list.name}`} aria-label={t('open_of', { label: title })}>{t('open')}</Link></div>
      {answer.error && !records && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {records?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
      {records && records.length > 0 && <Table name={title} columns={columns} records={records} order="" sort={() => undefined} group={null} zone={screens.timezone} busy={answer.isPlaceholderData} linkOf={record => ({ to: `/app/${screens.app}/${list.entity}/${record.id}`, state: null })} />}
      <p className="tile-foot hint small">{answer.dataUpdatedAt > 0 && t('as_of', { time: showInstant(new Date(answer.dataUpdatedAt).toISOString(), locale, new Date(answer.dataUpdatedAt), screens.timezone) })}</p>
    </section>
  )
}
