/** A day outside a record: typed as eight digits like any field that is one, in whatever language the person reads. */
import type { FieldScreen } from '../../kernel/api/types'
import { DEFAULT_ZONE } from '../../kernel/format/dates'
import { WIDGETS } from '../../widgets'

const DAY: FieldScreen = { name: 'day', label: {}, type: 'date', widget: 'date', required: false, readable: 'clear', writable: true, searchable: false, sortable: false, options: {} }

export interface DayInputProps {
  readonly id: string
  /** What was typed, a day or not yet one; null when nothing was. */
  readonly value: string | null
  readonly change: (day: string | null) => void
  readonly invalid?: boolean
}

export function DayInput({ id, value, change, invalid = false }: DayInputProps) {
  const { Input } = WIDGETS['date'] ?? {}
  return Input && <Input id={id} field={DAY} value={value} change={day => change(day === null ? null : String(day))} blur={() => undefined} invalid={invalid} describedBy={`${id}-hint ${id}-fault`} required={false} place={{ app: 'org', zone: DEFAULT_ZONE }} />
}
