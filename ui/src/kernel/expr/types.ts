/** The expression language as the server sends it: JSON arrays (docs/expressions.md 3) over facts in JSON form. */

export type TypeName = 'number' | 'text' | 'boolean' | 'date' | 'datetime' | 'choice' | 'multi_choice' | 'reference' | 'rows' | 'list' | 'missing'

/** A node: its name, then what the name says. Checked where it is read, since it comes from outside. */
export type Ir = readonly [string, ...unknown[]]

/** A flat map of fields and dotted paths, as REST answers it. */
export type FactMap = Readonly<Record<string, unknown>>

export interface Rates {
  readonly base: string
  readonly rates: Readonly<Record<string, readonly (readonly [string, string])[]>>
  readonly since?: string
}

export interface Facts {
  readonly record?: FactMap
  readonly user?: FactMap
  readonly param?: FactMap
  readonly old?: FactMap
  readonly result?: FactMap
  readonly authority?: FactMap
  readonly output?: FactMap
  readonly outer?: FactMap
  readonly code?: string | null
  readonly today?: string
  readonly now?: string
  readonly business_date?: string
  readonly timezone?: string
  /** The bank's business days: a "1" for each business day from `first` on, a "0" for each free one; `cut` when the bank knows more days. */
  readonly calendar?: { readonly first: string, readonly days: string, readonly cut?: boolean } | null
  /** Exchange rates into the base currency by the day from which they hold; with `since` what held before that day is left out. */
  readonly rates?: Rates | null
}

/** A number is a BigInt in units of 1e-16; a date and an instant are their ISO text; missing is null. */
export type Value = bigint | string | boolean | readonly string[] | null
