/** Keys: one list of shortcuts for a screen, and none of them while a person writes or an input method composes. */
import { useEffect, useRef } from 'react'
import { create } from 'zustand'

type Press = { readonly key: string, readonly ctrlKey: boolean, readonly metaKey: boolean, readonly altKey: boolean, readonly shiftKey: boolean }

/** `Ctrl+Enter`, `Alt+N`, `J`, `/` … as the pressed key reads. Ctrl and the Mac's Command are one. */
export function chordOf(event: Press): string {
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key
  const shift = event.shiftKey && (event.key.length > 1 || /[A-Z]/.test(key)) ? 'Shift+' : ''
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${key}`
}

/** Whether the keys of this element belong to what is being written in it. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  if (!(target instanceof HTMLInputElement)) return false
  return !['checkbox', 'radio', 'button', 'submit', 'reset', 'range'].includes(target.type)
}

const PLACE = 'qiqiao.single_keys'

interface SingleKeys { readonly on: boolean, readonly turn: (on: boolean) => void }

/** Whether single keys act as shortcuts; who speaks to the machine turns them off, on this device (WCAG 2.1.4). */
export const useSingleKeys = create<SingleKeys>()(set => ({
  on: globalThis.localStorage?.getItem(PLACE) !== 'off',
  turn: on => {
    if (on) localStorage.removeItem(PLACE)
    else localStorage.setItem(PLACE, 'off')
    set({ on })
  },
}))

/** Whether a chord is one character typed alone. */
export const isSingleKey = (chord: string): boolean => [...chord].length === 1

const inOverlay = (target: EventTarget | null) =>
  target instanceof Element && target.closest('[role="dialog"], [role="menu"], [role="listbox"]') !== null

export interface ShortcutOptions {
  /** Also from within an open dialog; else a dialog keeps its keys to itself. */
  readonly overDialogs?: boolean
}

/** Chords of a screen; plain letters and Space stay with a text field that has the focus. */
export function useShortcuts(chords: Readonly<Record<string, (event: KeyboardEvent) => void>>, options: ShortcutOptions = {}): void {
  const current = useRef(chords)
  useEffect(() => {
    current.current = chords
  })
  const overDialogs = options.overDialogs ?? false
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return
      if (!overDialogs && (inOverlay(event.target) || document.querySelector('dialog[open], .ant-modal-mask, .ant-drawer-mask') !== null)) return
      const chord = chordOf(event)
      const bare = !chord.includes('Ctrl+') && !chord.includes('Alt+') && chord !== 'Escape'
      if (bare && isWriting(event.target)) return
      if (isSingleKey(chord) && !useSingleKeys.getState().on) return
      const act = current.current[chord]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [overDialogs])
}

const INPUTS = 'input, select, textarea'

/** Moves the focus to the next or previous input inside `place`; false at the end. */
export function stepFocus(place: HTMLElement, from: Element, by: 1 | -1): boolean {
  const stops = [...place.querySelectorAll<HTMLInputElement>(INPUTS)].filter(
    each => each.tabIndex >= 0 && !each.matches(':disabled') && each.offsetParent !== null && (each.type !== 'radio' || each.checked || each === from),
  )
  const at = stops.findIndex(each => each === from || each.contains(from))
  const next = stops[at + by]
  if (at < 0 || !next) return false
  next.focus()
  if (next.type === 'text') next.select()
  return true
}
