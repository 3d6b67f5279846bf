/* oxlint-disable unicorn/no-thenable -- the definition language calls what a row gives `then` */
/** Rows of a maintained table between their definition form and the texts of a grid. */
import type { Label } from '../../kernel/api/types'

export interface TableRow { readonly row?: string, readonly if?: Readonly<Record<string, string | readonly string[]>>, readonly then?: Readonly<Record<string, string>>, readonly valid_from?: string, readonly valid_to?: string }
export interface Column { readonly name: string, readonly label: Label | null, readonly type: string, readonly choices: readonly { readonly code: string, readonly label: Label }[], readonly codes: readonly string[] }

/** One row as it is typed: a text for each cell. */
export interface Typed { readonly key: string, readonly row: string, readonly cells: Readonly<Record<string, string>>, readonly gives: Readonly<Record<string, string>>, readonly valid_from: string, readonly valid_to: string }

const textOfCell = (cell: string | readonly string[] | undefined): string => (typeof cell === 'string' ? cell : cell?.join(', ') ?? '')

export const typed = (row: TableRow, at: number): Typed => ({
  key: `${at}-${row.row ?? ''}`,
  row: row.row ?? '',
  cells: Object.fromEntries(Object.entries(row.if ?? {}).map(([name, cell]) => [name, textOfCell(cell)])),
  gives: { ...row.then },
  valid_from: row.valid_from ?? '',
  valid_to: row.valid_to ?? '',
})

/** A cell of codes may name several; every other text is a comparison or a single value. */
function cellOf(text: string, column: Column): string | readonly string[] {
  const parts = text.split(/[,，、]/).map(part => part.trim()).filter(Boolean)
  return column.codes.length > 0 && parts.length > 1 && parts.every(part => column.codes.includes(part)) ? parts : text.trim()
}

const filled = (texts: Readonly<Record<string, string>>) => Object.entries(texts).filter(([, text]) => text.trim() !== '')

export const rowOf = (row: Typed, inputs: readonly Column[]): TableRow => ({
  row: row.row.trim(),
  if: Object.fromEntries(filled(row.cells).flatMap(([name, text]) => {
    const column = inputs.find(each => each.name === name)
    return column ? [[name, cellOf(text, column)]] : []
  })),
  then: Object.fromEntries(filled(row.gives).map(([name, text]) => [name, text.trim()])),
  ...(row.valid_from ? { valid_from: row.valid_from } : {}),
  ...(row.valid_to ? { valid_to: row.valid_to } : {}),
})

export interface Difference { readonly kind: 'added' | 'removed' | 'changed', readonly row: TableRow, readonly before?: TableRow }

/** What of the rows is another, by their names; a row that only moved counts as changed where the upper one counts. */
export function differences(before: readonly TableRow[], after: readonly TableRow[]): readonly Difference[] {
  const known = new Map(before.map(row => [row.row, row])), kept = new Set(after.map(row => row.row))
  const found = after.flatMap((row): Difference[] => {
    const old = known.get(row.row)
    if (!old) return [{ kind: 'added', row }]
    return canonical(old) === canonical(row) ? [] : [{ kind: 'changed', row, before: old }]
  })
  return [...found, ...before.filter(row => !kept.has(row.row)).map(row => ({ kind: 'removed' as const, row }))]
}

const canonical = (row: TableRow): string =>
  JSON.stringify([Object.entries(row.if ?? {}).map(([name, cell]) => [name, textOfCell(cell)]).toSorted(), Object.entries(row.then ?? {}).toSorted(), row.valid_from ?? '', row.valid_to ?? ''])

/** A row in one line, for reading. */
export function sentence(row: TableRow): string {
  const cells = Object.entries(row.if ?? {}).map(([name, cell]) => (typeof cell === 'string' && cell.includes(name) ? cell : `${name} = ${textOfCell(cell)}`))
  const gives = Object.entries(row.then ?? {}).map(([name, text]) => `${name} ${text}`)
  const days = [row.valid_from, row.valid_to].some(Boolean) ? ` · ${row.valid_from ?? ''}–${row.valid_to ?? ''}` : ''
  return `${cells.join(', ') || '*'} → ${gives.join(', ')}${days}`
}
