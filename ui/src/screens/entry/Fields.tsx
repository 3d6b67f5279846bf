/** The blocks of a form with their fields: label above, message below, computed values grey. */
import type { BlockScreen, Titles, Wire } from '../../kernel/api/types'
import { isFigure, textOf } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { widgetOf } from '../../widgets'
import type { Place, RowsSpec } from '../../widgets/widget'
import { explain } from './explain'
import type { Fault } from './faults'
import type { DrawnBlock, DrawnItem } from './model'
import { fieldOf, type Entry, type EntryParts } from './useEntry'
import { words } from './words'

/** The id of a field's input; the links of the error summary lead there. */
export const inputId = (pointer: string): string => `f${pointer.replaceAll('/', '-')}`

function rowsSpec({ item, field }: DrawnItem, { entity }: EntryParts): RowsSpec | undefined {
  const type = field?.type === 'rows' ? entity.rows[field.options.of ?? ''] : undefined
  return type && { label: type.label, fields: type.fields, columns: item.columns ?? [], totals: item.totals ?? [], min: item.min ?? null, max: item.max ?? null }
}

interface RowProps {
  readonly drawn: DrawnItem
  readonly parts: EntryParts
  readonly entry: Entry
  readonly place: Place
}

function Field({ drawn, parts, entry, place }: RowProps) {
  const t = useWords(words), label = useLabel()
  const { item, field, required, readOnly } = drawn
  if (!field) return <p className={`field-text span-${item.span}`}>{label(item.label)}</p>
  const pointer = `/${field.name}`, id = inputId(pointer)
  const faults = entry.faults.filter(fault => fieldOf(fault.pointer) === field.name)
  const own = faults.filter(fault => fault.pointer === pointer), wrong = own.some(fault => fault.level === 'error')
  const value: Wire = entry.drawn.values[field.name] ?? null, name = label(item.label ?? field.label)
  const { Input, Show } = widgetOf(field)
  const note = readOnly && t(readOnly === 'computed' ? 'computed' : readOnly === 'server' ? 'by_server' : 'read_only')
  const spec = rowsSpec(drawn, parts)
  const rowFaults = Object.fromEntries(faults.filter(fault => fault.pointer !== pointer).map(fault => [fault.pointer.slice(pointer.length + 1), fault.message]))
  return (
    <div className={`field span-${spec ? 3 : item.span}`}>
      <label id={`${id}-label`} htmlFor={readOnly ? undefined : id}>{name}{required && <span className="must" title={t('must_mark')} aria-hidden="true"> *</span>}{note && <small className="hint"> {note}</small>}</label>
      {readOnly
        ? <div className={`field-shown ${isFigure(field.type) ? 'num' : ''}`} role="group" aria-labelledby={`${id}-label`}><Show field={field} value={value} title={entry.titles[field.name]} place={place} />{textOf(value) === '' && <span className="hint">—</span>}</div>
        : <Input
            id={id} field={field} value={value} required={required} invalid={wrong} describedBy={`${id}-fault`} place={place} title={entry.titles[field.name]}
            change={(next, title) => entry.change(field.name, next, title)} blur={() => entry.blur(field.name)} rows={spec} rowFaults={rowFaults}
          />}
      {(item.help ?? field.help) && <p className="hint small">{label(item.help ?? field.help)}</p>}
      <Messages id={`${id}-fault`} faults={spec ? faults : own} parts={parts} />
    </div>
  )
}

function Messages({ id, faults, parts }: { readonly id: string, readonly faults: readonly Fault[], readonly parts: EntryParts }) {
  const wordsOf = useFaultWords(parts)
  return (
    <div id={id} className="messages">
      {faults.map(fault => (
        <p key={`${fault.pointer} ${fault.message}`} className={fault.level === 'error' ? 'message-error' : 'message-warning'}>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="6" fill="currentColor" /><path d="M6 2.5v4.2 M6 8.3v1.2" stroke="var(--card)" strokeWidth="1.4" /></svg>
          {fault.pointer.split('/').length > 2 ? wordsOf(fault) : fault.message}
        </p>
      ))}
    </div>
  )
}

/** A fault in the words of the summary: label, colon, message. */
export function useFaultWords({ entity }: EntryParts): (fault: Fault) => string {
  const t = useWords(words), c = useWords(common), label = useLabel()
  return ({ pointer, message }) => {
    const [, name = '', row, cell] = pointer.split('/')
    const field = entity.fields[name]
    if (!field) return message
    if (row === undefined || cell === undefined) return `${label(field.label)}${c('colon')}${message}`
    const inner = entity.rows[field.options.of ?? '']?.fields[cell]
    return `${label(field.label)} ${t('row_fault', { row: Number(row) + 1, label: label(inner?.label) })}${c('colon')}${message}`
  }
}

export function Blocks({ blocks, parts, entry, place }: { readonly blocks: readonly DrawnBlock[], readonly parts: EntryParts, readonly entry: Entry, readonly place: Place }) {
  const t = useWords(words), label = useLabel(), locale = useLocale()
  const why = (block: BlockScreen): string => {
    if (block.visible_text) return label(block.visible_text)
    const condition = block.visible && explain(block.visible, { fields: parts.entity.fields, locale, t })
    // A figure at the end stands apart from what follows, as in print.
    return condition ? t('asked_when', { condition: /\d$/.test(condition) ? `${condition} ` : condition }).replace('  ', ' ') : ''
  }
  return blocks.map(({ block, items, blocks: inner }) => (
    <section key={block.name} className="card section" aria-labelledby={`block-${block.name}`}>
      <div className="card-head">
        <h2 id={`block-${block.name}`}>{label(block.label)}</h2>
        {why(block) && <span className="tag tag-brand section-why">{why(block)}</span>}
        <span className="grow" />
        {items.some(item => item.required) && <small className="hint"><span className="must" aria-hidden="true">*</span> {t('must')}</small>}
      </div>
      {items.length > 0 && (
        <div className={`fields columns-${block.columns}`}>
          {items.map(item => <Field key={item.item.field ?? item.item.name ?? ''} drawn={item} parts={parts} entry={entry} place={place} />)}
        </div>
      )}
      {inner.length > 0 && <div className="section-inner"><Blocks blocks={inner} parts={parts} entry={entry} place={place} /></div>}
    </section>
  ))
}

export type { Titles }
