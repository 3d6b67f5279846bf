/** A new record by a form; opened from a record page it starts with what is known there. */
import { useParams, useSearchParams } from 'react-router'
import { useRecord, useScreens } from '../../kernel/api/queries'
import type { RecordWire, Screens, Titles, Wire } from '../../kernel/api/types'
import { fill, pathsOf, valueAt } from '../../kernel/format/template'
import { textOf, titlesOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { EntryScreen } from './EntryScreen'
import { FromRecord } from './FromRecord'
import type { Filled } from './model'
import { words } from './words'

/** The title of a record by the template of its entity. */
export function titleOf(screens: Screens, entity: string, record: RecordWire): string {
  const template = screens.entities[entity]?.title ?? '', titles = titlesOf(record)
  const paths = pathsOf(template).filter(path => path !== 'id')
  const text = paths.length > 0 ? fill(template, path => titles[path] ?? (textOf(valueAt(record, path)) || titles[path.split('.')[0] ?? ''] || '')) : ''
  // Without a title of its own a record is called by its number or its first text, as on the server.
  const first = Object.values(screens.entities[entity]?.fields ?? {}).find(field => field.type === 'text' && textOf(record[field.name]) !== '')
  return text || textOf(record['number']) || textOf(first && record[first.name]) || record.id
}

/** What an action of a record page fills in: `$record` is the record itself, anything else a path of it. */
function prefillOf(screens: Screens, form: string, entity: string, record: RecordWire): { readonly values: Filled, readonly titles: Titles } {
  const action = screens.pages[entity]?.actions.find(each => each.form === form)
  const values: Record<string, Wire> = {}, titles: Record<string, string> = {}
  for (const [field, path] of Object.entries(action?.prefill ?? {})) {
    values[field] = path === '$record' ? record.id : valueAt(record, path)
    const title = path === '$record' ? titleOf(screens, entity, record) : titlesOf(record)[path]
    if (title !== undefined) titles[field] = title
  }
  return { values, titles }
}

export default function NewEntry() {
  const t = useWords(words)
  const { app = '', form: name = '' } = useParams()
  const [query] = useSearchParams()
  const [from = '', id] = (query.get('from') ?? '').split('/')
  const screens = useScreens(app), source = useRecord(app, from, id)
  const failed = stopOf(screens, source)
  if (failed) return <PageFailure error={failed} retry={() => { void screens.refetch(); if (id) void source.refetch() }} />
  if (!screens.data || (id && !source.data)) return <div className="screen" aria-busy="true" />
  const form = screens.data.forms[name], entity = form && screens.data.entities[form.entity]
  if (!form || !entity) return <div className="screen"><div className="card empty"><h1>{t('gone')}</h1><p>{t('gone_text', { name })}</p></div></div>
  const record = source.data?.record
  return (
    <EntryScreen
      key={`${app} ${name} ${id ?? ''}`} parts={{ screens: screens.data, form, entity }} stored={null}
      prefill={record && prefillOf(screens.data, name, from, record)}
      above={record && <FromRecord screens={screens.data} entity={from} record={record} />}
    />
  )
}
