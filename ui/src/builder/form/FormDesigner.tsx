/** The form designer: palette, canvas, properties and preview over one form of the draft; or its source, or the difference to live. */
import { useCallback, useMemo, useRef, useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { Button } from 'antd'
import { DndContext, DragOverlay, useDragSensors, type DragEndEvent, type DragOverEvent, type DragStartEvent } from '../../kernel/dnd'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { blockOfItem, entityModel, formFile, formModel, labelOf, textOf } from '../draft/definition'
import { useAutosave, useOpenDraft } from '../draft/saving'
import { useDraft } from '../draft/store'
import type { Diagnostic } from '../draft/types'
import { CrumbBar, DraftTag, SavingState, UndoButtons } from '../shell/CrumbBar'
import { Foot } from '../shell/Foot'
import { useIsNarrow } from '../shell/narrow'
import { placeFor, ViewSwitch, type View } from '../shell/views'
import { ComparePane, SourcePane } from '../source/panes'
import { words as shared } from '../words'
import { Canvas } from './Canvas'
import { DesignerContext, focusSelected, useDesignerOf, type Place } from './designer'
import { placeOf, whereDropped, type Dragged, type Target } from './drop'
import { Palette } from './Palette'
import { Preview } from './Preview'
import { Properties } from './Properties'
import './designer.css'

export default function FormDesigner() {
  const { app = '', form = '' } = useParams()
  const s = useWords(shared), label = useLabel()
  const navigate = useNavigate()
  const draft = useOpenDraft(app)
  useAutosave(app)
  const file = useDraft(state => state.files[formFile(form)])
  const model = useDraft(state => formModel(state.files, form))
  const entity = textOf(model['entity'])
  const entityLabel = useDraft(state => label(labelOf(entityModel(state.files, entity)['label'])))
  const [search] = useSearchParams()
  const view = (search.get('view') ?? 'design') as View
  const title = label(labelOf(model['label'])) || form
  useTitle(title)
  const undo = useDraft(state => state.undo), redo = useDraft(state => state.redo)
  useShortcuts({ 'Ctrl+Z': undo, 'Ctrl+Y': redo, 'Ctrl+Shift+Z': redo })
  const open = (found: Diagnostic) => void navigate(placeFor(app, found))

  if (draft.error) return <main className="content" id="content"><Failure error={draft.error} retry={() => void draft.again()} /></main>
  return (
    <>
      <CrumbBar app={app} crumbs={[{ text: entityLabel || entity }, { text: `${title} ${form.split('.')[1] ?? ''}`, mark: 'form' }]}>
        <DraftTag />
        <SavingState app={app} reload={() => void draft.takeTheirs()} />
        <span className="grow" />
        <UndoButtons />
        <ViewSwitch view={view} />
        <Button type="primary" size="small" onClick={() => void navigate(`/${app}/publish`)}>{s('publish')}</Button>
      </CrumbBar>
      <main className="designer-main" id="content" tabIndex={-1}>
        {draft.ready && file && view === 'design' && <Design app={app} form={form} entity={entity} />}
        {draft.ready && file && view === 'source' && <SourcePane app={app} file={formFile(form)} />}
        {draft.ready && file && view === 'compare' && <ComparePane app={app} file={formFile(form)} />}
      </main>
      <Foot open={open} />
    </>
  )
}

function Design({ app, form, entity }: { readonly app: string, readonly form: string, readonly entity: string }) {
  const designer = useDesignerOf(app, form, entity)
  const sensors = useDragSensors()
  const readOnly = useIsNarrow()
  const s = useWords(shared)
  const [dragged, setDragged] = useState<Dragged | null>(null)
  const [over, setOver] = useState<Target | null>(null)
  const status = useRef<HTMLParagraphElement>(null)
  const announce = useCallback((text: string) => {
    if (status.current) status.current.textContent = text
  }, [])
  const model = useDraft(state => formModel(state.files, form))
  const from = useMemo((): Place | null => {
    const block = dragged?.kind === 'item' ? blockOfItem(model, dragged.item) : undefined
    return block && dragged?.kind === 'item' ? { block: block.name, index: block.items.findIndex(item => item.name === dragged.item) } : null
  }, [dragged, model])
  const place = dragged && over ? placeOf(over, dragged, from) : null
  // The line is drawn in the list as it stands: below the target when the item comes from above it.
  const marked = place && from?.block === place.block && place.index >= from.index ? { ...place, index: place.index + 1 } : place

  const start = ({ active }: DragStartEvent) => setDragged(active.data.current as Dragged)
  const move = ({ over: target }: DragOverEvent) => setOver((target?.data.current as Target | undefined) ?? null)
  const end = ({ over: target }: DragEndEvent) => {
    const hit = (target?.data.current as Target | undefined) ?? null
    setDragged(null)
    setOver(null)
    if (!dragged || !hit) return
    const to = placeOf(hit, dragged, from)
    if (drop(dragged, to)) focusSelected()
  }
  const drop = (thing: Dragged, to: Place): boolean => {
    switch (thing.kind) {
      case 'item':
        return designer.moveTo(thing.item, to)
      case 'field':
        return designer.addExisting(thing.field, to)
      case 'type':
        return designer.addNew(thing.type, thing.label, to)
      case 'section':
        return designer.addSection({ zh: '新分组', en: 'New section' })
    }
  }
  return (
    <DesignerContext value={designer}>
      {readOnly && <p className="notice">{s('narrow')}</p>}
      <DndContext sensors={sensors} collisionDetection={whereDropped} onDragStart={start} onDragOver={move} onDragEnd={end} onDragCancel={() => setDragged(null)} accessibility={{ screenReaderInstructions: { draggable: '' } }}>
        <div className="designer" inert={readOnly || undefined}>
          <Palette announce={announce} />
          <Canvas target={marked} announce={announce} />
          <Properties readOnly={readOnly} />
          <Preview app={app} form={form} />
        </div>
        <DragOverlay dropAnimation={null}>{dragged && <div className="drag-face">{dragged.text}</div>}</DragOverlay>
      </DndContext>
      <p ref={status} role="status" className="sr" />
    </DesignerContext>
  )
}
