/** Ctrl+K: the menu and the records of every list that can be searched, in one box. */
import { useQueries } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { get, path } from '../../kernel/api/client'
import type { ListScreen, Page, RecordWire, Screens } from '../../kernel/api/types'
import { fill, titleFields, valueAt } from '../../kernel/format/template'
import { textOf, titlesOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { useAllScreens, useMenu } from './menu'
import { words } from './words'

interface Hit { readonly to: string, readonly text: string, readonly hint: string, readonly group: string }

const searchable = (screens: readonly Screens[]): readonly { readonly screens: Screens, readonly list: ListScreen }[] =>
  screens.flatMap(each => {
    const lists = each.menu.flatMap(item => each.lists[item.name] ?? []).filter(list => list.search.length > 0)
    return lists.filter((list, at) => lists.findIndex(other => other.entity === list.entity) === at).map(list => ({ screens: each, list }))
  })

/** One Chinese character names as much as a syllable; of other letters two. */
export const isEnough = (text: string): boolean => [...text].length >= 2 || /\p{Script=Han}/u.test(text)

function useRecordHits(text: string): Hit[] {
  const label = useLabel()
  const { screens } = useAllScreens()
  const places = searchable(screens)
  const answers = useQueries({
    queries: places.map(({ screens: { app, entities }, list }) => ({
      queryKey: ['search', app, list.entity, text],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<Page<RecordWire>>(path('api', app, list.entity), {
          query: { search: text, limit: 5, titles: true, select: [...new Set([...titleFields(entities[list.entity]?.title ?? ''), ...list.search])].join(',') }, signal,
        }),
      enabled: isEnough(text),
    })),
  })
  return answers.flatMap((answer, at) => {
    const place = places[at]
    if (!place || !answer.data) return []
    const { screens: { app, entities }, list } = place
    const entity = entities[list.entity]
    return answer.data.items.map(record => {
      const shown = list.search.map(field => String(valueAt(record, field) ?? '')).filter(Boolean)
      const title = fill(entity?.title ?? '', field => textOf(valueAt(record, field)) || titlesOf(record)[field.split('.')[0] ?? ''] || '') || shown[0] || record.id
      return { to: `/app/${app}/${list.entity}/${record.id}`, text: title, hint: shown.filter(each => !title.includes(each)).join(' · '), group: label(entity?.label) }
    })
  })
}

function useMenuHits(text: string): Hit[] {
  const t = useWords(words)
  const { groups } = useMenu()
  if (!text) return []
  return groups.flatMap(group => group.entries)
    .filter(entry => entry.text.toLowerCase().includes(text.toLowerCase()))
    .map(entry => ({ to: entry.to, text: entry.text, hint: '', group: t('search_menu') }))
}

export default function Search({ close }: { readonly close: () => void }) {
  const t = useWords(words)
  const navigate = useNavigate()
  const [typed, setTyped] = useState(''), [at, setAt] = useState(0)
  const text = useDeferredValue(typed.trim())
  const [settled, setSettled] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200)
    return () => clearTimeout(timer)
  }, [text])
  const records = useRecordHits(settled), menu = useMenuHits(text)
  const hits = [...menu, ...records]
  const chosen = Math.min(at, Math.max(hits.length - 1, 0))
  const go = (hit: Hit | undefined) => {
    if (!hit) return
    close()
    void navigate(hit.to)
  }
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter') go(hits[chosen])
    else if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, hits.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0))
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={t('search_title')} close={close} width={600}>
      <input
        className="search-input" value={typed} placeholder={t('search')} aria-label={t('search')} role="combobox" aria-expanded={hits.length > 0}
        aria-controls="search-hits" aria-activedescendant={hits.length > 0 ? `hit-${chosen}` : undefined} aria-autocomplete="list"
        onChange={event => { setTyped(event.target.value); setAt(0) }} onKeyDown={press}
      />
      <p role="status" className={hits.length > 0 || !settled ? 'search-note hint' : 'search-note'}>
        {text.length < 2 ? t('search_hint') : hits.length > 0 ? t('results', { count: hits.length }) : settled === text ? t('search_none', { text }) : ' '}
      </p>
      <div id="search-hits" role="listbox" aria-label={t('search_title')} className="search-hits">
        {hits.map((hit, index) => (
          // The keys are those of the input, which keeps the focus and names the chosen line.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div key={hit.to} id={`hit-${index}`} role="option" tabIndex={-1} aria-selected={index === chosen} className="search-hit" onClick={() => go(hit)} onMouseMove={() => setAt(index)}>
            <span className="cut">{hit.text}</span><span className="hint cut grow">{hit.hint}</span><small className="quiet">{hit.group}</small>
          </div>
        ))}
      </div>
    </Dialog>
  )
}
