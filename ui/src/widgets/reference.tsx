/** Another record, found on the server by name or number; one more column tells namesakes apart. */
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { get, path } from '../kernel/api/client'
import type { Page, RecordWire } from '../kernel/api/types'
import { say, useWords } from '../kernel/i18n/catalogue'
import { common } from '../kernel/i18n/common'
import { targetOf } from './lead'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const LIMIT = 20, WAIT = 200

interface Found { readonly value: string, readonly label: string, readonly hint: string }

function foundOf(record: RecordWire, columns: readonly string[]): Found {
  const [label = record.id, ...rest] = columns.map(column => String(record[column] ?? '')).filter(Boolean)
  return { value: record.id, label, hint: rest.join(' · ') }
}

/** Text that has stood still for a moment, so that not each key asks the server. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

const drawOption = ({ data }: { readonly data: Found }) => <span className="found"><span className="cut">{data.label}</span><span className="hint cut">{data.hint}</span></span>

function ReferenceInput({ id, field, value, change, blur, invalid, describedBy, required, title, place }: InputProps) {
  const t = useWords(words)
  const [open, setOpen] = useState(false), [typed, setTyped] = useState('')
  const search = useSettled(typed.trim())
  const [app, entity] = targetOf(field.options.to, place.app), columns = field.options.to_columns ?? []
  const found = useQuery({
    queryKey: ['choose', app, entity, columns, search],
    queryFn: ({ signal }) => get<Page<RecordWire>>(path('api', app, entity), { query: { search, limit: LIMIT, select: columns.join(',') }, signal }),
    enabled: open,
    staleTime: 10_000,
  })
  // A value that came without its title, such as the default of a new record, is asked for once.
  const named = useQuery({
    queryKey: ['title', app, entity, value],
    queryFn: ({ signal }) => get<RecordWire>(path('api', app, entity, String(value)), { query: { select: columns.join(',') }, signal }),
    enabled: typeof value === 'string' && value !== '' && title === undefined,
    staleTime: 60_000,
  })
  const shown = title ?? (named.data ? foundOf(named.data, columns).label : undefined)
  const options = (found.data?.items ?? []).map(record => foundOf(record, columns))
  const stored = value === null ? [] : [{ value: String(value), label: shown ?? (named.isLoading ? '…' : say(common, 'not_visible')), hint: '' }]
  const note = found.error ? t('search_failed') : found.isFetching ? t('searching') : search ? t('no_match') : t('search')
  return (
    <Select
      id={id} value={value === null ? undefined : String(value)} options={options.some(each => each.value === value) || open ? options : stored}
      labelRender={({ value: chosen, label }) => (chosen === value ? shown ?? label : label)}
      showSearch={{ filterOption: false, onSearch: setTyped, searchValue: typed }} allowClear={!required} placeholder={t('search')} notFoundContent={note}
      optionRender={drawOption}
      status={invalid ? 'error' : ''} aria-invalid={invalid} aria-describedby={describedBy} aria-required={required} aria-labelledby={`${id}-label`}
      onOpenChange={setOpen} onBlur={blur}
      onChange={(chosen: string | undefined) => { setTyped(''); change(chosen ?? null, options.find(each => each.value === chosen)?.label) }}
    />
  )
}

function ReferenceShow({ field, value, title, place }: ShowProps) {
  if (value === null || value === undefined) return null
  const [app, entity] = targetOf(field.options.to, place.app)
  if (title === undefined) return <span className="hint">{say(common, 'not_visible')}</span>
  // The organisation directory has no pages of its own; a record that may not be known of has no columns to show.
  return app === 'org' || field.options.to_columns?.length === 0 ? <>{title}</> : <Link to={`/app/${app}/${entity}/${String(value)}`}>{title}</Link>
}

export default { Input: ReferenceInput, Show: ReferenceShow } satisfies Widget
