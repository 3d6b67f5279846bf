/** The tree of units as a person walks it: which rows are seen, and where each key leads. */
import type { Unit } from './types'

export interface TreeRow {
  readonly unit: Unit
  readonly level: number
  readonly place: number
  readonly of: number
  /** Null for a unit without any below it. */
  readonly open: boolean | null
}

const fits = (unit: Unit, text: string) => `${unit.name} ${unit.code}`.toLowerCase().includes(text)

/** The units above one, from the nearest up. */
export function above(units: readonly Unit[], id: string): readonly string[] {
  const byId = new Map(units.map(unit => [unit.id, unit])), found: string[] = []
  for (let parent = byId.get(id)?.parent; parent && !found.includes(parent); parent = byId.get(parent)?.parent) found.push(parent)
  return found
}

/** A unit with all below it: where it cannot be moved to. */
export function withBelow(units: readonly Unit[], id: string): ReadonlySet<string> {
  const found = new Set([id])
  // The tree comes from the top down, so that each unit stands after the one above it.
  for (const unit of units) if (unit.parent && found.has(unit.parent)) found.add(unit.id)
  return found
}

/** The rows that are seen: those whose units above are open; with a text, what fits and the ways to it. */
export function rowsOf(units: readonly Unit[], open: ReadonlySet<string>, search: string): readonly TreeRow[] {
  const text = search.trim().toLowerCase()
  const kept = text ? new Set(units.filter(unit => fits(unit, text)).flatMap(unit => [unit.id, ...above(units, unit.id)])) : null
  const below = new Map<string | null, Unit[]>(), known = new Set(units.map(unit => unit.id))
  for (const unit of units) {
    if (kept && !kept.has(unit.id)) continue
    const parent = unit.parent && known.has(unit.parent) ? unit.parent : null
    below.set(parent, [...(below.get(parent) ?? []), unit])
  }
  const walk = (parent: string | null, level: number): readonly TreeRow[] => {
    const siblings = below.get(parent) ?? []
    return siblings.flatMap((unit, at) => {
      const parts = below.has(unit.id), isOpen = parts && (kept !== null || open.has(unit.id))
      const row: TreeRow = { unit, level, place: at + 1, of: siblings.length, open: parts ? isOpen : null }
      return isOpen ? [row, ...walk(unit.id, level + 1)] : [row]
    })
  }
  return walk(null, 1)
}

export interface TreeStep { readonly focus?: string, readonly toggle?: string }

/** Where a key leads in the tree, after the pattern of ARIA; null for a key that means nothing here. */
export function stepIn(rows: readonly TreeRow[], at: string, key: string): TreeStep | null {
  const index = rows.findIndex(row => row.unit.id === at), row = rows[index]
  if (!row) return null
  const to = (next: TreeRow | undefined): TreeStep => (next ? { focus: next.unit.id } : {})
  switch (key) {
    case 'ArrowDown': return to(rows[index + 1])
    case 'ArrowUp': return to(rows[index - 1])
    case 'Home': return to(rows[0])
    case 'End': return to(rows.at(-1))
    case 'ArrowRight': return row.open === false ? { toggle: at } : row.open ? to(rows[index + 1]) : {}
    case 'ArrowLeft': return row.open ? { toggle: at } : to(rows.slice(0, index).findLast(each => each.level < row.level))
    default: break
  }
  if ([...key].length !== 1 || key === ' ') return null
  // A letter leads to the next unit whose name or code begins with it.
  const letter = key.toLowerCase(), around = [...rows.slice(index + 1), ...rows.slice(0, index)]
  return to(around.find(({ unit }) => unit.name.toLowerCase().startsWith(letter) || unit.code.toLowerCase().startsWith(letter)))
}
