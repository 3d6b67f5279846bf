/** Child rows as a table of inputs; on a phone each row is a card. */
import { Button } from 'antd'
import type { KeyboardEvent } from 'react'
import type { Values, Wire } from '../kernel/api/types'
import { add, parseNumber, showNumber } from '../kernel/expr/numbers'
import { isFigure, useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { common } from '../kernel/i18n/common'
import { useLabel } from '../kernel/i18n/locale'
import { WIDGETS } from './index'
import type { InputProps, RowsSpec, ShowProps, Widget } from './widget'
import { words } from './words'

export const rowsOf = (value: Wire | undefined): readonly Values[] => (Array.isArray(value) ? (value as readonly Values[]) : [])

/** The exact total of a column; rows without a figure are left out. */
function totalOf(rows: readonly Values[], column: string): string {
  const sum = rows.reduce<bigint>((total, row) => add(total, parseNumber(row[column]) ?? 0n) ?? total, 0n)
  return showNumber(sum)
}

function RowsInput(props: InputProps) {
  const { id, value, change, invalid, describedBy, rows: spec, place, rowFaults = {}, blur } = props
  const t = useWords(words), c = useWords(common), label = useLabel(), show = useShow(place.zone)
  if (!spec) return null
  const rows = rowsOf(value), columns = columnsOf(spec)
  const set = (at: number, name: string, cell: Wire) => change(rows.map((row, index) => (index === at ? { ...row, [name]: cell } : row)))
  const addRow = () => {
    change([...rows, {}])
    const first = columns[0]
    // After the row is there, the first cell of it takes the focus.
    if (first) requestAnimationFrame(() => document.getElementById(`${id}-${rows.length}-${first.name}`)?.focus())
  }
  const full = spec.max !== null && rows.length >= spec.max
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const isLast = event.target instanceof Element && event.target.closest('[data-row-end]') !== null
    const wantsRow = (event.altKey && (event.key === '+' || event.key === '=')) || (event.key === 'Enter' && isLast && !event.shiftKey && !event.ctrlKey && !event.metaKey)
    if (!wantsRow || full) return
    event.preventDefault()
    event.stopPropagation()
    addRow()
  }
  return (
    // The keys here are shortcuts of the buttons below.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div id={id} tabIndex={-1} className="rows no-ring" role="group" aria-labelledby={`${id}-label`} aria-describedby={describedBy} data-invalid={invalid} onKeyDown={press}>
      <table>
        <thead><tr><th scope="col" className="rows-at">#</th>{columns.map(field => <th key={field.name} scope="col" className={isFigure(field.type) ? 'num' : ''}>{label(field.label)}{field.required && <span className="must" aria-hidden="true"> *</span>}</th>)}<th scope="col"><span className="sr">{c('remove')}</span></th></tr></thead>
        <tbody>
          {rows.length === 0 && <tr><td colSpan={columns.length + 2} className="hint">{t('no_rows')}</td></tr>}
          {rows.map((row, at) => (
            // Rows have no identity of their own before they are stored; their place is what the server's pointers name.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={at}>
              <th scope="row" className="rows-at">{at + 1}</th>
              {columns.map((field, column) => {
                const { Input, Show } = WIDGETS[field.widget] ?? {}, cell = `${id}-${at}-${field.name}`, fault = rowFaults[`${at}/${field.name}`]
                return (
                  <td key={field.name} data-row-end={!full && at === rows.length - 1 && column === columns.length - 1 ? true : undefined}>
                    <label id={`${cell}-label`} htmlFor={cell} className="rows-label">{t('row', { row: at + 1 })} {label(field.label)}</label>
                    {!field.writable && Show && <span id={cell} className="rows-fixed">{(row[field.name] ?? '') === '' ? <span className="hint">—</span> : <Show field={field} value={row[field.name] ?? null} place={place} />}</span>}
                    {field.writable && Input && <Input id={cell} field={field} value={row[field.name] ?? null} change={next => set(at, field.name, next)} blur={blur} invalid={fault !== undefined} describedBy={`${cell}-fault`} required={field.required} place={place} />}
                    <span id={`${cell}-fault`} className="sr">{fault}</span>
                  </td>
                )
              })}
              <td><button type="button" className="link" onClick={() => change(rows.filter((_, index) => index !== at))}><span aria-hidden="true">{c('remove')}</span><span className="sr">{t('remove_row', { row: at + 1 })}</span></button></td>
            </tr>
          ))}
        </tbody>
        {spec.totals.length > 0 && rows.length > 0 && (
          <tfoot><tr><td /><td colSpan={1}>{t('total', { count: rows.length })}</td>
            {columns.slice(1).map(field => <td key={field.name} className="num">{spec.totals.includes(field.name) && show(field, totalOf(rows, field.name))}</td>)}<td /></tr></tfoot>
        )}
      </table>
      <Button size="small" disabled={full} onClick={addRow}>{t('add_row')} <kbd aria-hidden="true">Alt +</kbd></Button>
    </div>
  )
}

const columnsOf = (spec: RowsSpec) => (spec.columns.length > 0 ? spec.columns : Object.keys(spec.fields)).flatMap(name => spec.fields[name] ?? [])

function RowsShow({ value }: ShowProps) {
  const t = useWords(words)
  const rows = rowsOf(value)
  return <>{rows.length > 0 && t('total', { count: rows.length })}</>
}

export default { Input: RowsInput, Show: RowsShow } satisfies Widget
