/** Which columns this person sees in a list; kept on this device, since it holds names of fields and nothing of customers. */
import { useState } from 'react'
import { useSession } from '../../kernel/session/store'
import type { ColumnScreen } from '../../kernel/api/types'
import { columnsOf, type ListParts } from './fields'

export interface ColumnChoice {
  readonly all: readonly ColumnScreen[]
  readonly shown: readonly ColumnScreen[]
  readonly toggle: (path: string) => void
  readonly move: (path: string, by: 1 | -1) => void
  readonly reset: () => void
}

function read(place: string): readonly string[] | null {
  const text = localStorage.getItem(place)
  if (text === null) return null
  const kept: unknown = JSON.parse(text)
  return Array.isArray(kept) ? kept.map(String) : null
}

/** The columns that are shown, the first of them always that of the list. */
export function useColumnChoice(parts: ListParts): ColumnChoice {
  const person = useSession(state => state.personId)
  const place = `qiqiao.columns.${person}.${parts.screens.app}.${parts.list.name}`
  const [chosen, setChosen] = useState<readonly string[] | null>(() => read(place))
  const all = columnsOf(parts), fixed = parts.list.columns[0]?.path
  const names = chosen ?? parts.list.columns.map(column => column.path)
  const shown = [...new Set([fixed, ...names])].flatMap(name => all.find(column => column.path === name) ?? [])
  const keep = (next: readonly string[]) => {
    localStorage.setItem(place, JSON.stringify(next))
    setChosen(next)
  }
  return {
    all, shown,
    toggle: path => keep(shown.some(column => column.path === path) ? names.filter(name => name !== path) : [...names, path]),
    move: (path, by) => {
      const next = shown.map(column => column.path), from = next.indexOf(path), to = from + by
      // The first column names the record and stays where it is.
      if (from < 1 || to < 1 || to >= next.length) return
      next.splice(to, 0, ...next.splice(from, 1))
      keep(next)
    },
    reset: () => {
      localStorage.removeItem(place)
      setChosen(null)
    },
  }
}
