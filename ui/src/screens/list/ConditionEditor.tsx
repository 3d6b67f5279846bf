/** Field, comparison and value of one condition; Enter applies, Escape leaves. */
import { Button, Select } from 'antd'
import { useState, type FormEvent } from 'react'
import type { ColumnScreen, FieldScreen, Wire } from '../../kernel/api/types'
import { isDay } from '../../kernel/expr/dates'
import { parseNumber } from '../../kernel/expr/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { WIDGETS } from '../../widgets'
import { useOperatorWord } from './Chips'
import { operatorsOf, type Condition, type Operator } from './sentence'
import { words } from './words'

interface EditorProps {
  readonly columns: readonly ColumnScreen[]
  readonly start: Condition
  readonly app: string
  readonly zone: string
  readonly done: (condition: Condition | null) => void
}

const NEEDS_NOTHING: readonly Operator[] = ['missing', 'present']

/** The widget that types a value of a condition: several codes for "is one of", else the field's own. */
function widgetFor(column: ColumnScreen, operator: Operator): string {
  if (operator === 'in' || operator === 'not_in') return 'multi_choice'
  if (operator === 'has' || column.type === 'status' || column.type === 'choice') return 'choice'
  return column.widget === 'textarea' ? 'text' : column.widget
}

const isReadable = (type: string, value: string): boolean =>
  type === 'date' ? isDay(value) : ['integer', 'decimal', 'money', 'number'].includes(type) ? parseNumber(value) !== null : value !== ''

const asField = (column: ColumnScreen): FieldScreen => ({
  name: column.path, label: column.label, type: column.type, widget: column.widget, required: true, readable: 'clear', writable: true,
  searchable: false, sortable: false, options: { ...column.options, lines: 1 },
})

const wireOf = (type: string, values: readonly string[], several: boolean): Wire =>
  several ? values : type === 'boolean' && values[0] !== undefined ? values[0] === 'true' : values[0] ?? null

const textsOf = (value: Wire): string[] => (value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)])

export function ConditionEditor({ columns, start, app, zone, done }: EditorProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), word = useOperatorWord()
  const [condition, setCondition] = useState(start), [title, setTitle] = useState<string>()
  const [wrong, setWrong] = useState(false)
  const column = columns.find(each => each.path === condition.path)
  if (!column) return null
  const operators = operatorsOf(column.type, column.options)
  const isEmpty = NEEDS_NOTHING.includes(condition.operator), several = condition.operator === 'in' || condition.operator === 'not_in'
  const { Input } = WIDGETS[widgetFor(column, condition.operator)] ?? {}
  const choose = (path: string) => {
    const next = columns.find(each => each.path === path)
    if (next) setCondition({ path, operator: operatorsOf(next.type, next.options)[0] ?? 'missing', values: [] })
  }
  const apply = (event: FormEvent) => {
    event.preventDefault()
    const fits = isEmpty || (condition.values.length > 0 && condition.values.every(value => isReadable(column.type, value)))
    setWrong(!fits)
    if (fits) done(isEmpty ? { ...condition, values: [] } : condition)
  }
  return (
    <form className="condition" onSubmit={apply}>
      {columns.length > 1 && (
        <div>
          <span id="condition-field-label" className="condition-label">{t('field')}</span>
          <Select
            id="condition-field" aria-labelledby="condition-field-label" autoFocus value={condition.path} showSearch={{ optionFilterProp: 'label' }} onChange={choose}
            options={columns.map(each => ({ value: each.path, label: label(each.label) }))}
          />
        </div>
      )}
      <div>
        <span id="condition-operator-label" className="condition-label">{columns.length > 1 ? t('operator') : label(column.label)}</span>
        <Select
          id="condition-operator" aria-labelledby="condition-operator-label" value={condition.operator} onChange={operator => setCondition({ ...condition, operator })}
          options={operators.map(operator => ({ value: operator, label: word(operator, column.type) }))}
        />
      </div>
      {!isEmpty && Input && (
        <div key={`${condition.path} ${condition.operator}`}>
          <label id="condition-value-label" htmlFor="condition-value" className="condition-label">{t('value')}</label>
          <Input
            id="condition-value" field={asField(column)} value={wireOf(column.type, condition.values, several)} title={title} required invalid={wrong} describedBy="condition-fault"
            place={{ app, zone }} blur={() => setWrong(false)} change={(value, named) => { setTitle(named); setCondition({ ...condition, values: textsOf(value) }) }}
          />
          <p id="condition-fault" className="fault" role="alert">{wrong && t('unreadable')}</p>
        </div>
      )}
      <p className="condition-foot"><Button size="small" onClick={() => done(null)}>{c('cancel')}</Button><Button size="small" type="primary" htmlType="submit">{t('apply')}</Button></p>
    </form>
  )
}
