/** Ctrl+K: the menu and the records of every app, in one box, by the kind of what they are. */
import { useQueries } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import { get, path } from '../../kernel/api/client'
import type { FoundGroup } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { useAllScreens, useMenu } from './menu'
import { words } from './words'

interface Hit { readonly to: string, readonly text: string, readonly hint: string, readonly group: string }

/** One Chinese character names as much as a syllable; of other letters two. */
export const isEnough = (text: string): boolean => [...text].length >= 2 || /\p{Script=Han}/u.test(text)

function useRecordHits(text: string): Hit[] {
  const t = useWords(words), label = useLabel()
  const { screens } = useAllScreens()
  const answers = useQueries({
    queries: screens.map(({ app }) => ({
      queryKey: ['search', app, text],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<{ items: readonly FoundGroup[] }>(path('api', 'apps', app, 'search'), { query: { q: text }, signal }),
      enabled: isEnough(text),
    })),
  })
  return answers.flatMap((answer, at) => {
    const place = screens[at]
    if (!place || !answer.data) return []
    return answer.data.items.flatMap(({ entity, label: named, records, more }) => {
      const group = label(named), list = place.entities[entity]?.list
      const hits = records.map(({ id, title, number }) => ({ to: `/app/${place.app}/${entity}/${id}`, text: title, hint: number && !title.includes(number) ? number : '', group }))
      return more && list ? [...hits, { to: `/app/${place.app}/list/${list}?search=${encodeURIComponent(text)}`, text: t('search_more', { group }), hint: '', group }] : hits
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

interface Group { readonly group: string, readonly found: { readonly hit: Hit, readonly index: number }[] }

/** Hits that follow each other under one head. */
function grouped(hits: readonly Hit[]): Group[] {
  const groups: Group[] = []
  hits.forEach((hit, index) => {
    const last = groups.at(-1)
    if (last?.group === hit.group) last.found.push({ hit, index })
    else groups.push({ group: hit.group, found: [{ hit, index }] })
  })
  return groups
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
        {!isEnough(text) && hits.length === 0 ? t('search_hint') : hits.length > 0 ? t('results', { count: hits.length }) : settled === text ? t('search_none', { text }) : ' '}
      </p>
      <div id="search-hits" role="listbox" aria-label={t('search_title')} className="search-hits">
        {grouped(hits).map(({ group, found }) => (
          <div key={found[0]?.index} role="group" aria-label={group}>
            <div className="search-group quiet small" aria-hidden="true">{group}</div>
            {found.map(({ hit, index }) => (
              // The keys are those of the input, which keeps the focus and names the chosen line.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <div key={hit.to} id={`hit-${index}`} role="option" tabIndex={-1} aria-selected={index === chosen} className="search-hit" onClick={() => go(hit)} onMouseMove={() => setAt(index)}>
                <span className="cut">{hit.text}</span><span className="hint cut grow">{hit.hint}</span>
              </div>
            ))}
          </div>
        ))}
      </div>
    </Dialog>
  )
}
