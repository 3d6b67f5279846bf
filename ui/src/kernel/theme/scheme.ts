/** Light, dark, or what the device says. The choice is kept on this device: it is about the screen, not the person. */
import { useSyncExternalStore } from 'react'
import { create } from 'zustand'
import { paint, type Scheme } from './tokens'

export type Choice = Scheme | 'system'
const PLACE = 'qiqiao.scheme'
const device = matchMedia('(prefers-color-scheme: dark)')

function kept(): Choice {
  const text = localStorage.getItem(PLACE)
  return text === 'light' || text === 'dark' ? text : 'system'
}

interface SchemeState { readonly choice: Choice, readonly choose: (choice: Choice) => void }

export const useSchemeChoice = create<SchemeState>()(set => ({
  choice: kept(),
  choose: choice => {
    if (choice === 'system') localStorage.removeItem(PLACE)
    else localStorage.setItem(PLACE, choice)
    set({ choice })
  },
}))

const watchDevice = (changed: () => void) => {
  device.addEventListener('change', changed)
  return () => device.removeEventListener('change', changed)
}

/** The face to draw now. */
export function useScheme(): Scheme {
  const choice = useSchemeChoice(state => state.choice)
  const dark = useSyncExternalStore(watchDevice, () => device.matches)
  return choice === 'system' ? (dark ? 'dark' : 'light') : choice
}

/** Paint before the first drawing, so that nothing flashes. */
export function paintNow(): void {
  const { choice } = useSchemeChoice.getState()
  paint(choice === 'system' ? (device.matches ? 'dark' : 'light') : choice)
}
