/** The filter as one readable sentence; each condition is changed in place and taken away by its cross. */
import { useQuery } from '@tanstack/react-query'
import { Popover } from 'antd'
import { useState } from 'react'
import { get, path } from '../../kernel/api/client'
import type { ColumnScreen, RecordWire } from '../../kernel/api/types'
import { useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { leadOf } from '../../widgets/lead'
import { ConditionEditor } from './ConditionEditor'
import { operatorsOf, type Condition, type Operator } from './sentence'
import { words } from './words'

/** The word of an operator; days read "not before", amounts "at least". */
export function useOperatorWord(): (operator: Operator, type: string) => string {
  const t = useWords(words)
  return (operator, type) => (type === 'date' && (operator === 'ge' || operator === 'le') ? t(`${operator}_date`) : t(operator))
}

/** The text of a condition's values; the title of a referenced record is asked for. */
function useValueText(column: ColumnScreen, condition: Condition, app: string, zone: string): string {
  const t = useWords(words), show = useShow(zone)
  const lead = leadOf(column, condition.values[0], app)
  const titled = useQuery({
    queryKey: ['title', lead?.app, lead?.entity, lead?.id],
    queryFn: ({ signal }) => get<RecordWire>(path('api', lead?.app ?? '', lead?.entity ?? '', lead?.id ?? ''), { query: { select: (lead?.columns ?? []).join(',') }, signal }),
    enabled: lead !== null,
    staleTime: 60_000,
  })
  const title = titled.isLoading ? '…' : titled.data && String(titled.data[lead?.columns[0] ?? ''] ?? '') || undefined
  return condition.values.map(value => show(column, column.type === 'boolean' ? value === 'true' : value, title)).join(t('or_list'))
}

interface TextProps { readonly condition: Condition, readonly columnOf: (path: string) => ColumnScreen, readonly app: string, readonly zone: string }

/** The three parts of a condition in words. */
function useSaid({ condition, columnOf, app, zone }: TextProps) {
  const t = useWords(words), label = useLabel(), word = useOperatorWord()
  const column = columnOf(condition.path), values = useValueText(column, condition, app, zone)
  const operator = condition.operator === 'missing' && condition.path.includes('.') ? t('missing_far') : word(condition.operator, column.type)
  return { column, name: label(column.label), operator, values }
}

/** A condition that cannot be changed where it stands. */
export function ConditionText(props: TextProps) {
  const { name, operator, values } = useSaid(props)
  return <>{name} <i>{operator}</i> <b>{values}</b></>
}

interface ChipProps {
  readonly condition: Condition
  readonly columnOf: (path: string) => ColumnScreen
  readonly app: string
  readonly zone: string
  readonly change: (condition: Condition) => void
  readonly remove: () => void
}

export function Chip({ condition, columnOf, app, zone, change, remove }: ChipProps) {
  const t = useWords(words)
  const [open, setOpen] = useState(false)
  const { column, name, operator, values } = useSaid({ condition, columnOf, app, zone })
  const text = [name, operator, values].filter(Boolean).join(' ')
  const editor = (
    <ConditionEditor columns={[column]} start={condition} app={app} zone={zone} done={next => { setOpen(false); if (next) change(next) }} />
  )
  return (
    <span className="chip">
      <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" arrow={false} destroyOnHidden content={editor}>
        <button type="button" className="chip-text" aria-expanded={open} aria-label={t('edit', { text })}>{name} <i>{operator}</i> <b>{values}</b></button>
      </Popover>
      <button type="button" className="chip-remove" aria-label={t('remove', { text })} onClick={remove}><span aria-hidden="true">×</span></button>
    </span>
  )
}

/** A filter the list offers, while it is not set; or, without `column`, the door to any other condition. */
export function AddChip({ column, columns, app, zone, add }: { readonly column?: ColumnScreen, readonly columns: readonly ColumnScreen[], readonly app: string, readonly zone: string, readonly add: (condition: Condition) => void }) {
  const t = useWords(words), label = useLabel()
  const [open, setOpen] = useState(false)
  const first = column ?? columns[0]
  if (!first) return null
  const start: Condition = { path: first.path, operator: operatorsOf(first.type, first.options)[0] ?? 'missing', values: [] }
  const editor = <ConditionEditor columns={column ? [column] : columns} start={start} app={app} zone={zone} done={next => { setOpen(false); if (next) add(next) }} />
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" arrow={false} destroyOnHidden content={editor}>
      <button type="button" className={column ? 'quick' : 'link'} aria-expanded={open}>
        {column ? <>{t('any', { label: label(column.label) })} <span aria-hidden="true">▾</span></> : t('add')}
      </button>
    </Popover>
  )
}
