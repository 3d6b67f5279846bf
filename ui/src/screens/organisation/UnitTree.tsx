/** The tree of units: one stop for Tab, arrows inside of it (the tree pattern of ARIA). */
import { Input } from 'antd'
import { useRef, useState, type KeyboardEvent } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { above, rowsOf, stepIn } from './tree'
import type { Unit } from './types'
import { words } from './words'

interface UnitTreeProps { readonly units: readonly Unit[], readonly chosen: string | null, readonly choose: (id: string) => void }

export function UnitTree({ units, chosen, choose }: UnitTreeProps) {
  const t = useWords(words), tree = useRef<HTMLUListElement>(null)
  const [search, setSearch] = useState(''), [closed, setClosed] = useState<ReadonlySet<string>>(new Set()), [focused, setFocused] = useState<string | null>(null)
  const open = new Set(units.map(unit => unit.id).filter(id => !closed.has(id)))
  // What is newly chosen is seen, whatever was closed before.
  const [seen, setSeen] = useState(chosen)
  if (seen !== chosen) {
    const way = new Set(chosen ? above(units, chosen) : [])
    setSeen(chosen)
    setClosed(new Set([...closed].filter(id => !way.has(id))))
  }
  const rows = rowsOf(units, open, search)
  const stop = [focused, chosen].find(id => rows.some(row => row.unit.id === id)) ?? rows[0]?.unit.id
  const toggle = (id: string) => setClosed(before => (before.has(id) ? new Set([...before].filter(each => each !== id)) : new Set([...before, id])))
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey || !stop) return
    const step = stepIn(rows, stop, event.key)
    if (event.key === 'Enter' || event.key === ' ') choose(stop)
    else if (step === null) return
    event.preventDefault()
    if (step?.toggle) toggle(step.toggle)
    if (step?.focus) {
      setFocused(step.focus)
      tree.current?.querySelector<HTMLElement>(`[data-unit="${CSS.escape(step.focus)}"]`)?.focus()
    }
  }
  return (
    <section className="card unit-tree" aria-label={t('units')}>
      <div className="unit-find"><Input value={search} allowClear autoComplete="off" placeholder={t('find_unit')} aria-label={t('find_unit')} onChange={event => setSearch(event.target.value)} /></div>
      {rows.length === 0 && <p className="card-body quiet">{t('no_unit')}</p>}
      {rows.length > 0 && (
        <ul ref={tree} role="tree" aria-label={t('units')} onKeyDown={press}>
          {rows.map(({ unit, level, place, of, open: isOpen }) => (
            // The keys of the tree are those of its list; a row takes the click of a mouse only.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <li
              key={unit.id} role="treeitem" data-unit={unit.id} className={`unit-row ${unit.id === chosen ? 'unit-chosen' : ''}`} style={{ paddingInlineStart: 8 + (level - 1) * 18 }}
              aria-level={level} aria-posinset={place} aria-setsize={of} aria-selected={unit.id === chosen} aria-expanded={isOpen ?? undefined} tabIndex={unit.id === stop ? 0 : -1}
              onFocus={() => setFocused(unit.id)} onClick={() => choose(unit.id)}
            >
              <span className="unit-fold" aria-hidden="true" onClick={event => { if (isOpen !== null) { event.stopPropagation(); toggle(unit.id) } }}>{isOpen === null ? '' : isOpen ? '▾' : '▸'}</span>
              <span className="grow">{unit.name} <small className="hint mono">{unit.code}</small></span>
              <small className="hint">{t('people_of', { count: unit.people })}</small>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
