/** The organisation as options of a list: each unit below the one that it belongs to. */

export interface ListedUnit { readonly code: string, readonly name: string, readonly path: string }
export interface UnitPage { readonly items: readonly ListedUnit[], readonly next: string | null }

/** All units, page after page. */
export async function pagesOf(page: (cursor: string | null) => Promise<UnitPage>): Promise<readonly ListedUnit[]> {
  const found: ListedUnit[] = []
  let cursor: string | null = null
  do {
    const answer: UnitPage = await page(cursor)
    found.push(...answer.items)
    cursor = answer.next
  } while (cursor !== null)
  return found
}

/** The paths from the top down to one. */
const wayTo = (path: string): readonly string[] => path.split('/').slice(1, -1).map((_, place, codes) => `/${codes.slice(0, place + 1).join('/')}/`)

/** Options in the order of the tree, set in by level; a unit is found by its own name and code, and by those of the units above it. */
export function treeOptions(units: readonly ListedUnit[]): readonly { readonly value: string, readonly label: string, readonly find: string }[] {
  const byPath = new Map(units.map(unit => [unit.path, unit]))
  return [...units]
    .toSorted((one, other) => (one.path < other.path ? -1 : 1))
    .map(unit => {
      const way = wayTo(unit.path).flatMap(path => byPath.get(path) ?? [])
      return { value: unit.code, label: `${'\u3000'.repeat(Math.max(0, way.length - 1))}${unit.name} ${unit.code}`, find: way.map(each => `${each.name} ${each.code}`).join(' ') }
    })
}
