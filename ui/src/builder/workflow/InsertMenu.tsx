/** What can be put in at a "+": the verbs of the language and the usual ways in which several people approve. */
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useDraft } from '../draft/store'
import { useDesigner } from './designer'
import type { Plus } from './layout'
import { missingFor, PRESETS, type Preset } from './presets'
import { words } from './words'

interface InsertMenuProps { readonly place: Plus, readonly choose: (preset: Preset) => void, readonly close: () => void }

export function InsertMenu({ place, choose, close }: InsertMenuProps) {
  const t = useWords(words)
  const { workflow } = useDesigner()
  const files = useDraft(state => state.files)
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    menu.current?.querySelector<HTMLElement>('button')?.focus()
    const away = (event: PointerEvent) => {
      if (!menu.current?.contains(event.target as Node)) close()
    }
    document.addEventListener('pointerdown', away)
    return () => document.removeEventListener('pointerdown', away)
    // The menu is made anew for each place.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  const keys = (event: KeyboardEvent) => {
    const all = [...(menu.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (by) all[(at + by + all.length) % all.length]?.focus()
    else if (event.key === 'Home') all[0]?.focus()
    else if (event.key === 'End') all.at(-1)?.focus()
    else if (event.key === 'Escape' || event.key === 'Tab') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div ref={menu} role="menu" tabIndex={-1} aria-label={t('insert_menu')} className="flow-menu" style={{ left: place.x - 100, top: place.y + 14 }} onKeyDown={keys}>
      {PRESETS.map(preset => {
        const missing = missingFor(preset, files, workflow)
        return (
          <button key={preset} type="button" role="menuitem" tabIndex={-1} aria-disabled={missing !== null} onClick={() => missing === null && choose(preset)}>
            <span className={`flow-dot dot-${preset}`} aria-hidden="true" /><span className="grow">{t(`preset_${preset}`)}</span>{missing && <small className="hint">{t(`missing_${missing}`)}</small>}
          </button>
        )
      })}
    </div>
  )
}
