/** The form as it is built: sections with their items, which can be selected, moved and removed by mouse and by keyboard. */
import { memo, type KeyboardEvent } from 'react'
import { useDraggable, useDroppable } from '../../kernel/dnd'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { blocksOf, fieldsOf, formModel, labelOf, mapOf, textOf, type BlockPlace, type ItemPlace, type ModelMap } from '../draft/definition'
import { useDraft } from '../draft/store'
import { focusSelected, useCatalog, useDesigner, type Place } from './designer'
import { Chips } from './Chips'
import type { Target } from './drop'
import { words } from './words'

export function Canvas({ target, announce }: { readonly target: Place | null, readonly announce: (text: string) => void }) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const files = useDraft(state => state.files)
  const selected = useDraft(state => state.selected)
  const blocks = blocksOf(formModel(files, designer.form))
  const fields = fieldsOf(files, designer.entity)

  const keys = (event: KeyboardEvent<HTMLElement>) => {
    if (event.nativeEvent.isComposing || !selected) return
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    const item = selected.kind === 'item'
    if (event.altKey && by) {
      event.preventDefault()
      if (item ? designer.moveBy(selected.name, by) : designer.moveSection(selected.name, by)) {
        focusSelected()
        announceMove(selected.name)
      }
    } else if (event.key === 'Delete') {
      event.preventDefault()
      if (item ? designer.remove(selected.name) : designer.removeSection(selected.name)) {
        announce(t('removed', { name: nameOf(selected.name) }))
        focusSelected()
      }
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd' && item) {
      event.preventDefault()
      if (designer.duplicate(selected.name)) focusSelected()
    } else if (by && !event.ctrlKey) {
      event.preventDefault()
      step(by)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      document.querySelector<HTMLElement>('.properties input')?.focus()
    }
  }
  const nameOf = (item: string) => label(labelOf(mapOf(fields[item])['label'])) || item
  const announceMove = (item: string) => {
    const now = blocksOf(formModel(useDraft.getState().files, designer.form))
    const block = now.find(each => each.items.some(other => other.name === item))
    if (block) announce(t('moved', { name: nameOf(item), section: label(labelOf(block.model['label'])), place: block.items.findIndex(other => other.name === item) + 1 }))
  }
  return (
    // The items inside are the controls; their keys are read in one place, here.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section className="canvas" aria-label={t('canvas')} onKeyDown={keys}>
      {blocks.map(block => (
        <SectionCard key={block.name} block={block} fields={fields} selected={selected?.name === block.name && selected.kind === 'block'}
          selectedItem={selected?.kind === 'item' ? selected.name : null} target={target?.block === block.name ? target.index : null} announceMove={announceMove} announce={announce} />
      ))}
    </section>
  )
}

/** Puts the focus on the next or previous thing of the canvas. */
function step(by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>('.canvas [data-main]')]
  const at = all.indexOf(document.activeElement as HTMLElement)
  all[at + by]?.focus()
}

interface SectionProps {
  readonly block: BlockPlace
  readonly fields: ModelMap
  readonly selected: boolean
  readonly selectedItem: string | null
  readonly target: number | null
  readonly announceMove: (item: string) => void
  readonly announce: (text: string) => void
}

const SectionCard = memo(function SectionCard({ block, fields, selected, selectedItem, target, announceMove, announce }: SectionProps) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const select = useDraft(state => state.select)
  const text = label(labelOf(block.model['label'])) || block.name
  const columns = Number(textOf(block.model['columns'])) || 1
  const visible = textOf(block.model['visible'])
  const { setNodeRef } = useDroppable({ id: `block:${block.name}`, data: { kind: 'block', block: block.name, count: block.items.length } satisfies Target })
  return (
    <div ref={setNodeRef} id={`block-${block.name}`} data-block={block.name} role="group" aria-label={t('section_named', { name: text })} className={`card section-card ${selected ? 'is-selected' : ''}`}>
      <div className="section-head">
        <button type="button" data-main className="section-name" aria-pressed={selected} onFocus={() => select({ kind: 'block', name: block.name })} onClick={() => select({ kind: 'block', name: block.name })}>{text}</button>
        <span className="tag">{t('columns', { count: columns })}</span>
        {visible && <><span className="tag tag-brand">{t('chip_visible')}</span><code className="mono cut">{visible}</code></>}
        <span className="grow" />
        {selected && (
          <span className="card-tools">
            <ToolButton text={t('up')} face="↑" act={() => designer.moveSection(block.name, -1) && focusSelected()} />
            <ToolButton text={t('down')} face="↓" act={() => designer.moveSection(block.name, 1) && focusSelected()} />
            <ToolButton text={t('remove')} face={t('remove')} danger act={() => designer.removeSection(block.name) && focusSelected()} />
          </span>
        )}
      </div>
      <ul className={`section-items columns-${columns}`}>
        {block.items.map((item, at) => (
          <ItemCard key={item.name} item={item} index={at} block={block.name} field={mapOf(fields[item.name])} selected={selectedItem === item.name} marked={target === at} wide={columns}
            announceMove={announceMove} announce={announce} />
        ))}
        {target !== null && target >= block.items.length && <li className="drop-line" aria-hidden="true"><span>{t('drop_here')}</span></li>}
        {!block.items.length && target === null && <li className="section-empty hint">{t('empty_section')}</li>}
      </ul>
    </div>
  )
})

interface ItemProps {
  readonly item: ItemPlace
  readonly index: number
  readonly block: string
  readonly field: ModelMap
  readonly selected: boolean
  readonly marked: boolean
  readonly wide: number
  readonly announceMove: (item: string) => void
  readonly announce: (text: string) => void
}

const ItemCard = memo(function ItemCard({ item, index, block, field, selected, marked, wide, announceMove, announce }: ItemProps) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const select = useDraft(state => state.select)
  const type = useCatalog().data?.field_types.find(each => each.name === textOf(field['type']))
  const text = label(labelOf(item.model['label']) ?? labelOf(field['label'])) || item.name
  const { setNodeRef: handleRef, listeners, isDragging } = useDraggable({ id: `drag:${item.name}`, data: { kind: 'item', item: item.name, text } })
  const { setNodeRef } = useDroppable({ id: `item:${item.name}`, data: { kind: 'item', block, index } satisfies Target })
  const after = (done: boolean) => {
    if (done) focusSelected()
    if (done) announceMove(item.name)
  }
  const span = Math.min(Number(textOf(item.model['span'])) || 1, wide)
  return (
    <li ref={setNodeRef} id={`item-${item.name}`} data-index={index} aria-label={text} className={`item-card span-${span} ${selected ? 'is-selected' : ''} ${isDragging ? 'is-dragged' : ''}`}>
      {marked && <span className="drop-line" aria-hidden="true"><span>{t('drop_here')}</span></span>}
      <span ref={handleRef} className="handle" title={t('drag', { name: text })} onPointerDown={event => listeners?.['onPointerDown']?.(event)} aria-hidden="true">⠿</span>
      <button type="button" data-main className="item-main" aria-pressed={selected} onFocus={() => select({ kind: 'item', name: item.name })} onClick={() => select({ kind: 'item', name: item.name })}>
        <span className="item-label">{text}{field['required'] === 'true' && <span className="seal" title={t('required')}> *</span>}</span>
        <Chips item={item} field={field} />
        <span className="item-face"><span className="grow cut">{item.name}</span><small className="hint">{label(type?.label)}</small></span>
      </button>
      {selected && (
        <span className="card-tools item-tools">
          <ToolButton text={t('up')} face="↑" act={() => after(designer.moveBy(item.name, -1))} />
          <ToolButton text={t('down')} face="↓" act={() => after(designer.moveBy(item.name, 1))} />
          <ToolButton text={t('copy')} face={t('copy')} act={() => designer.duplicate(item.name) && focusSelected()} />
          <ToolButton text={t('remove')} face={t('remove')} danger act={() => {
            if (!designer.remove(item.name)) return
            announce(t('removed', { name: text }))
            focusSelected()
          }} />
        </span>
      )}
    </li>
  )
})

function ToolButton({ text, face, act, danger }: { readonly text: string, readonly face: string, readonly act: () => void, readonly danger?: boolean }) {
  return <button type="button" className={danger ? 'tool seal' : 'tool'} aria-label={text} onClick={act}>{face}</button>
}
