/** The time of now for what is drawn; it moves on once a minute, so that "2 hours left" does not stand still. */
import { useSyncExternalStore } from 'react'

const MINUTE = 60_000
const listeners = new Set<() => void>()
let now = new Date()
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  now = new Date()
  for (const changed of listeners) changed()
}

const watch = (changed: () => void) => {
  listeners.add(changed)
  timer ??= setInterval(tick, MINUTE)
  return () => {
    listeners.delete(changed)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

export const useNow = (): Date => useSyncExternalStore(watch, () => now)
