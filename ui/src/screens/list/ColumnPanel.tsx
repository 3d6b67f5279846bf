/** Which columns are shown and in which order; docked beside the table, which follows at once. */
import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import type { ColumnScreen } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import type { ColumnChoice } from './columns'
import { words } from './words'

export function ColumnPanel({ choice, close }: { readonly choice: ColumnChoice, readonly close: () => void }) {
  const t = useWords(words), c = useWords(common), label = useLabel()
  const [find, setFind] = useState('')
  const fits = (column: ColumnScreen) => label(column.label).toLowerCase().includes(find.toLowerCase())
  const hidden = choice.all.filter(column => !choice.shown.includes(column))
  const box = (column: ColumnScreen, checked: boolean, fixed: boolean) => (
    <Checkbox className="grow" checked={checked} disabled={fixed} onChange={() => choice.toggle(column.path)}>{label(column.label)}</Checkbox>
  )
  return (
    <aside className="columns" aria-label={t('columns_title')}>
      <div className="columns-head"><h2>{t('columns_title')}</h2><small className="hint grow">{t('columns_note')}</small><button type="button" className="icon-button" aria-label={c('close')} onClick={close}>×</button></div>
      <div className="columns-find"><Input size="small" value={find} placeholder={t('columns_find')} aria-label={t('columns_find')} onChange={event => setFind(event.target.value)} /></div>
      <div className="columns-scroll">
        <h3>{t('columns_shown')} <small className="hint">{choice.shown.length}</small></h3>
        <ul>
          {choice.shown.filter(fits).map((column, at) => (
            <li key={column.path} className="columns-row">
              {box(column, true, at === 0)}
              {at === 0 ? <small className="hint">{t('columns_fixed')}</small> : (
                <span className="columns-move">
                  <button type="button" className="icon-button" disabled={at === 1} aria-label={t('up', { label: label(column.label) })} onClick={() => choice.move(column.path, -1)}>↑</button>
                  <button type="button" className="icon-button" disabled={at === choice.shown.length - 1} aria-label={t('down', { label: label(column.label) })} onClick={() => choice.move(column.path, 1)}>↓</button>
                </span>
              )}
            </li>
          ))}
        </ul>
        {hidden.length > 0 && <h3>{t('columns_more')} <small className="hint">{hidden.length}</small></h3>}
        <ul>{hidden.filter(fits).map(column => <li key={column.path} className="columns-row">{box(column, false, false)}{column.masked && <small className="hint">{t('masked')}</small>}</li>)}</ul>
      </div>
      <div className="columns-foot"><Button size="small" onClick={choice.reset}>{t('columns_reset')}</Button><Button size="small" type="primary" onClick={close}>{t('columns_done')}</Button></div>
    </aside>
  )
}
