/** Changing a stored record: a draft goes on to its approval, anything else is saved. */
import { useParams, useSearchParams } from 'react-router'
import { useRecord, useScreens } from '../../kernel/api/queries'
import type { Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { stopOf } from '../../kernel/query'
import { PageFailure } from '../parts/PageFailure'
import { EntryScreen } from './EntryScreen'
import { words } from './words'

/** The form that a record of this entity is changed with: that of its approval, of its list, or the first one. */
export function formFor(screens: Screens, entity: string): string | null {
  const screen = screens.entities[entity], list = screen?.list ? screens.lists[screen.list] : undefined
  const wanted = [screen?.workflow?.form, list?.open_with].find(name => name && screens.forms[name])
  return wanted ?? Object.entries(screens.forms).find(([, form]) => form.entity === entity)?.[0] ?? null
}

export default function EditEntry() {
  const t = useWords(words)
  const { app = '', entity: name = '', id = '' } = useParams()
  const [query] = useSearchParams()
  const screens = useScreens(app), record = useRecord(app, name, id)
  const failed = stopOf(screens, record)
  if (failed) return <PageFailure error={failed} retry={() => { void screens.refetch(); void record.refetch() }} />
  if (!screens.data || !record.data) return <div className="screen" aria-busy="true" />
  const wanted = query.get('form') ?? formFor(screens.data, name) ?? ''
  const form = screens.data.forms[wanted], entity = screens.data.entities[name]
  if (!form || !entity) return <div className="screen"><div className="card empty"><h1>{t('gone')}</h1><p>{t('gone_text', { name: wanted })}</p></div></div>
  const { record: stored, etag } = record.data
  return <EntryScreen key={id} parts={{ screens: screens.data, form, entity }} stored={{ id, etag, record: stored }} />
}
