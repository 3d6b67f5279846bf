/** The fields that can be put on the form: those the entity already has, new ones by type, and sections. */
import { useDraggable } from '../../kernel/dnd'
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { allItems, fieldsOf, formModel, labelOf, mapOf, textOf } from '../draft/definition'
import { useDraft } from '../draft/store'
import { focusSelected, NOT_IN_PALETTE, useCatalog, useDesigner } from './designer'
import type { Dragged } from './drop'
import { words } from './words'

interface Entry {
  readonly key: string
  readonly icon: string
  readonly text: string
  readonly note: string
  readonly dragged: Dragged
  readonly add: () => boolean
}

export function Palette({ announce }: { readonly announce: (text: string) => void }) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const files = useDraft(state => state.files)
  const catalog = useCatalog().data
  const [search, setSearch] = useState('')
  const types = new Map((catalog?.field_types ?? []).map(type => [type.name, type]))
  const onForm = new Set(allItems(formModel(files, designer.form)).map(item => item.name))
  const matches = (text: string) => text.toLowerCase().includes(search.trim().toLowerCase())

  const unused: Entry[] = Object.entries(fieldsOf(files, designer.entity))
    .filter(([name]) => !onForm.has(name))
    .map(([name, field]) => {
      const type = types.get(textOf(mapOf(field)['type']))
      return {
        key: `field:${name}`, icon: type?.icon ?? '·', text: label(labelOf(mapOf(field)['label'])) || name, note: label(type?.label),
        dragged: { kind: 'field', field: name, text: label(labelOf(mapOf(field)['label'])) || name }, add: () => designer.addExisting(name),
      }
    })
  const fresh: Entry[] = [...types.values()]
    .filter(type => !NOT_IN_PALETTE.has(type.name))
    .map(type => ({
      key: `type:${type.name}`, icon: type.icon, text: label(type.label), note: '',
      dragged: { kind: 'type', type: type.name, label: type.label, text: label(type.label) }, add: () => designer.addNew(type.name, type.label),
    }))
  const layout: Entry[] = [{
    key: 'layout:section', icon: '▭', text: t('section'), note: '',
    dragged: { kind: 'section', text: t('section') }, add: () => designer.addSection({ zh: '新分组', en: 'New section' }),
  }]

  const choose = (entry: Entry) => {
    if (!entry.add()) return
    announce(t('added', { name: entry.text, section: '' }))
    focusSelected()
  }
  const group = (id: string, title: string, entries: readonly Entry[], count?: number) =>
    entries.some(entry => matches(entry.text)) && (
      <section aria-labelledby={`palette-${id}`}>
        <h3 id={`palette-${id}`}><span className="grow">{title}</span>{count !== undefined && <span className="hint">{count}</span>}</h3>
        <ul>{entries.filter(entry => matches(entry.text)).map(entry => <li key={entry.key}><PaletteEntry entry={entry} choose={() => choose(entry)} /></li>)}</ul>
      </section>
    )
  return (
    <aside className="palette" aria-label={t('palette')}>
      <header><h2 className="grow">{t('palette')}</h2><small className="hint">{t('palette_hint')}</small></header>
      <input className="line-input" type="search" value={search} aria-label={t('find')} placeholder={t('find')} onChange={event => setSearch(event.target.value)} />
      {group('unused', t('unused'), unused, unused.length)}
      {group('new', t('new_fields'), fresh)}
      {group('layout', t('layout'), layout)}
    </aside>
  )
}

function PaletteEntry({ entry, choose }: { readonly entry: Entry, readonly choose: () => void }) {
  const t = useWords(words)
  // Only the pointer drags: Enter and Space on an entry add it, so the keyboard sensor stays out.
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: entry.key, data: entry.dragged })
  return (
    <button
      type="button" ref={setNodeRef} className={`palette-entry ${isDragging ? 'is-dragged' : ''}`}
      onPointerDown={event => listeners?.['onPointerDown']?.(event)} onClick={choose}
    >
      <span className="palette-icon" aria-hidden="true">{entry.icon}</span>
      <span className="sr">{t('add', { name: entry.text })}</span>
      <span className="grow cut" aria-hidden="true">{entry.text}</span>
      <small className="hint">{entry.note}</small>
    </button>
  )
}
