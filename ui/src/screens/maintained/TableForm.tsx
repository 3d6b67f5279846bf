/** The rows of a maintained table as a grid of texts; the server checks them as it would a publication. */
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { usePropose } from './propose'
import { rowOf, typed, type Column, type Typed } from './rows'
import type { TableThing } from './types'
import { words } from './words'

export function TableForm({ app, thing }: { readonly app: string, readonly thing: TableThing }) {
  const t = useWords(words), label = useLabel(), id = useId()
  const [rows, setRows] = useState<readonly Typed[]>(() => thing.rows.map(typed))
  const [note, setNote] = useState('')
  const { propose, faults, faultAt } = usePropose(app, 'decision', thing.name)
  const isOpen = thing.open !== null
  const set = (at: number, change: Partial<Typed>) => setRows(rows.map((row, place) => (place === at ? { ...row, ...change } : row)))
  const general = faults.filter(fault => !fault.pointer?.startsWith('/rows/'))
  const send = () => {
    if (!propose.isPending) propose.mutate({ rows: rows.map(row => rowOf(row, thing.inputs)), ...(note.trim() ? { note: note.trim() } : {}) }, { onSuccess: () => setNote('') })
  }
  const head = (column: Column) => <th scope="col" key={column.name}>{label(column.label) || column.name}<small className="hint maintained-code"> {column.codes.length > 0 ? column.codes.join(' ') : column.name}</small></th>
  const cell = (at: number, name: string, text: string, pointer: string, change: (text: string) => void, placeholder = '') => (
    <td key={pointer}>
      <Input value={text} placeholder={placeholder} size="small" disabled={isOpen} aria-label={t('cell_of', { row: at + 1, name })} status={faultAt(pointer) ? 'error' : ''} aria-invalid={faultAt(pointer) !== ''} onChange={event => change(event.target.value)} />
      {faultAt(pointer) && <p className="fault" role="alert">{faultAt(pointer)}</p>}
    </td>
  )
  return (
    <section className="card" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`} className="grow">{label(thing.label)}</h2>{thing.is_shipped && <small className="hint">{t('shipped')}</small>}</div>
      <p className="card-body hint small">{t('cell_hint')}</p>
      <div className="table-scroll maintained-grid" tabIndex={0} role="region" aria-labelledby={`${id}-head`}>
        <table className="table">
          <caption className="sr">{label(thing.label)}</caption>
          <thead>
            <tr>
              <th scope="col">{t('row')}</th>{thing.inputs.map(head)}{thing.outputs.map(head)}
              <th scope="col">{t('valid_from')}</th><th scope="col">{t('valid_to')}</th><th scope="col"><span className="sr">{t('remove', { row: '' })}</span></th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row.key}>
                {cell(at, t('row'), row.row, `/rows/${at}/row`, text => set(at, { row: text }))}
                {thing.inputs.map(column => cell(at, label(column.label) || column.name, row.cells[column.name] ?? '', `/rows/${at}/if/${column.name}`, text => set(at, { cells: { ...row.cells, [column.name]: text } })))}
                {thing.outputs.map(column => cell(at, label(column.label) || column.name, row.gives[column.name] ?? '', `/rows/${at}/then/${column.name}`, text => set(at, { gives: { ...row.gives, [column.name]: text } })))}
                {cell(at, t('valid_from'), row.valid_from, `/rows/${at}/valid_from`, text => set(at, { valid_from: text.trim() }), 'YYYY-MM-DD')}
                {cell(at, t('valid_to'), row.valid_to, `/rows/${at}/valid_to`, text => set(at, { valid_to: text.trim() }), 'YYYY-MM-DD')}
                <td className="maintained-tools">
                  {!isOpen && at > 0 && <button type="button" className="link" aria-label={t('up', { row: at + 1 })} onClick={() => setRows(rows.map((each, place) => (place === at - 1 ? row : place === at ? rows[at - 1] ?? each : each)))}>↑</button>}
                  {!isOpen && rows.length > 1 && <button type="button" className="link" aria-label={t('remove', { row: at + 1 })} onClick={() => setRows(rows.filter(each => each !== row))}>×</button>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!isOpen && (
        <div className="card-body maintained-form">
          <div className="maintained-wide"><Button onClick={() => setRows([...rows, { key: crypto.randomUUID(), row: '', cells: {}, gives: {}, valid_from: '', valid_to: '' }])}>{t('add')}</Button></div>
          <div className="maintained-wide"><label htmlFor={`${id}-note`}>{t('change_note')}</label><Input id={`${id}-note`} value={note} maxLength={2000} onChange={event => setNote(event.target.value)} /></div>
          {general.length > 0 && <ul role="alert" className="maintained-wide">{general.map(fault => <li key={fault.message} className="fault">{fault.message}</li>)}</ul>}
          <div className="maintained-wide maintained-buttons"><Button type="primary" aria-busy={propose.isPending} onClick={send}>{t('propose')}</Button></div>
          {propose.error && faults.length === 0 && <Failure error={propose.error} />}
        </div>
      )}
    </section>
  )
}
