/** What a widget is: how a field of one kind is typed and how it is read; found by its name, the name of its file. */
import type { ComponentType } from 'react'
import type { FieldScreen, Fields, Label, Wire } from '../kernel/api/types'

/** Where a widget stands: the app that its references belong to, its time zone, and the record where it shows one of its fields. */
export interface Place { readonly app: string, readonly zone: string, readonly record?: { readonly entity: string, readonly id: string } }

/** The child rows of a table input. */
export interface RowsSpec {
  readonly label: Label
  readonly fields: Fields
  readonly columns: readonly string[]
  readonly totals: readonly string[]
  readonly min: number | null
  readonly max: number | null
}

export interface InputProps {
  readonly id: string
  readonly field: FieldScreen
  readonly value: Wire
  /** `title` goes along when the widget knows what the value is called. */
  readonly change: (value: Wire, title?: string) => void
  readonly blur: () => void
  readonly invalid: boolean
  readonly describedBy: string
  readonly required: boolean
  readonly place: Place
  /** What the stored value is called, for references. */
  readonly title?: string | undefined
  /** Messages of child rows by `row/field`. */
  readonly rowFaults?: Readonly<Record<string, string>> | undefined
  readonly rows?: RowsSpec | undefined
}

export interface ShowProps {
  readonly field: Pick<FieldScreen, 'type' | 'options'> & Partial<Pick<FieldScreen, 'name' | 'label' | 'reveal'>>
  readonly value: Wire | undefined
  readonly title?: string | undefined
  readonly place: Place
}

export interface Widget {
  readonly Input: ComponentType<InputProps>
  readonly Show: ComponentType<ShowProps>
}
