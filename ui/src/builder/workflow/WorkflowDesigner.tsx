/** The workflow designer: the flow as a tree, the drawer of what is selected, a trial run at the left; or its source, or the difference to live. */
import { Button } from 'antd'
import { useCallback, useRef, useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { labelOf, listOf, mapOf, textOf, entityModel, type ModelMap } from '../draft/definition'
import { useAutosave, useOpenDraft } from '../draft/saving'
import { useDraft } from '../draft/store'
import { useCatalog } from '../form/designer'
import type { Diagnostic } from '../draft/types'
import { CrumbBar, DraftTag, SavingState, UndoButtons } from '../shell/CrumbBar'
import { Foot } from '../shell/Foot'
import { useIsNarrow } from '../shell/narrow'
import { placeFor, ViewSwitch, type View } from '../shell/views'
import { ComparePane, SourcePane } from '../source/panes'
import { words as shared } from '../words'
import { DesignerContext, focusSelected, selectionOf, useDesigner, useDesignerOf } from './designer'
import { Drawer } from './Drawer'
import { Examples } from './Examples'
import { placeOf } from './findings'
import { reachedBy } from './layout'
import { coversStep, useSentences } from './sentences'
import { RemoveDialog } from './RemoveDialog'
import { allBlocks, treeOf, type Block } from './tree'
import { Tree } from './Tree'
import type { Trial } from './trial'
import { TrialPane } from './TrialPane'
import { Tools } from './Tools'
import { entityOf, isOverlay, workflowFile, workflowModel } from './workflow'
import { words } from './words'
import './workflow.css'

export default function WorkflowDesigner() {
  const { app = '', workflow = '' } = useParams()
  const t = useWords(words), s = useWords(shared), label = useLabel()
  const navigate = useNavigate()
  const draft = useOpenDraft(app)
  useAutosave(app)
  const path = workflowFile(workflow)
  const file = useDraft(state => state.files[path])
  const model = useDraft(state => workflowModel(state.files, workflow))
  const entity = entityOf(model)
  const entityLabel = useDraft(state => label(labelOf(entityModel(state.files, entity)['label'])))
  const [search, setSearch] = useSearchParams()
  const asked = (search.get('view') ?? 'design') as View
  const view = asked === 'design' && isOverlay(model) ? 'source' : asked
  const title = label(labelOf(model['title'])) || workflow
  useTitle(title)
  const undo = useDraft(state => state.undo), redo = useDraft(state => state.redo)
  useShortcuts({ 'Ctrl+Z': undo, 'Ctrl+Y': redo, 'Ctrl+Shift+Z': redo })
  const designer = useDesignerOf(app, workflow)
  /** A finding of this flow leads to its step; any other to its line. */
  const open = (found: Diagnostic) => {
    // A worked case stands in no place of the tree.
    if (found.file !== path || file?.syntax.length || isOverlay(model) || found.pointer === '' || found.pointer.startsWith('/examples')) return void navigate(placeFor(app, found))
    if (view !== 'design') setSearch({})
    useDraft.getState().select(selectionOf(placeOf(treeOf(model), found)))
    focusSelected()
  }

  if (draft.error) return <main className="content" id="content"><Failure error={draft.error} retry={() => void draft.again()} /></main>
  return (
    <>
      <CrumbBar app={app} crumbs={[{ text: entityLabel || entity || '…', ...(entity ? { to: `/${app}/entity/${entity}` } : {}) }, { text: `${title} ${workflow}`, mark: 'workflow' }]}>
        <DraftTag />
        <SavingState app={app} reload={() => void draft.takeTheirs()} />
        <span className="grow" />
        <UndoButtons />
        <ViewSwitch view={view} />
        <Button type="primary" size="small" onClick={() => void navigate(`/${app}/publish`)}>{s('publish')}</Button>
      </CrumbBar>
      <main className="designer-main" id="content" tabIndex={-1}>
        {draft.ready && !file && <p className="empty">{t('no_workflow')}</p>}
        {draft.ready && file && isOverlay(model) && <p className="notice">{t('overlay')}</p>}
        {draft.ready && file && view === 'design' && <DesignerContext value={designer}><Design model={model} /></DesignerContext>}
        {draft.ready && file && view === 'source' && <SourcePane app={app} file={path} />}
        {draft.ready && file && view === 'compare' && <ComparePane app={app} file={path} />}
      </main>
      <Foot open={open}>{file && <Examples app={app} workflow={workflow} />}</Foot>
    </>
  )
}

function Design({ model }: { readonly model: ModelMap }) {
  const t = useWords(words), s = useWords(shared)
  const designer = useDesigner()
  const sentences = useSentences(model, designer.entity)
  // The drawer needs it at the first click.
  useCatalog()
  const tree = treeOf(model)
  const isNarrow = useIsNarrow()
  const broken = useDraft(state => (state.files[workflowFile(designer.workflow)]?.syntax.length ?? 0) > 0)
  const readOnly = isNarrow || broken
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [zoom, setZoom] = useState(1)
  const [opened, setOpened] = useState(true)
  const [removing, setRemoving] = useState<string | null>(null)
  const [trying, setTrying] = useState(false)
  const [trial, setTrial] = useState<Trial | null>(null)
  const status = useRef<HTMLParagraphElement>(null)
  const announce = useCallback((text: string) => {
    if (status.current) status.current.textContent = text
  }, [])
  const selected = useDraft(state => state.selected)
  const fold = (id: string) => setFolded(new Set(folded.has(id) ? [...folded].filter(each => each !== id) : [...folded, id]))
  const blocks = allBlocks(tree).filter(block => block.branches.length > 0)
  const noted = notedOf(model, tree)
  const reached = trial ? reachedBy(tree, new Set([...trial.done, ...trial.steps.map(step => step.step)]), trial.ends === 'approved') : EVERYTHING
  const show = (isTrial: boolean) => {
    setTrying(isTrial)
    if (!isTrial) setTrial(null)
  }
  return (
    <>
      {isNarrow && <p className="notice">{s('narrow')}</p>}
      {broken && <p className="notice">{t('broken')}</p>}
      <div className={`workflow ${opened && selected?.kind === 'step' ? 'has-drawer' : ''} ${trying ? 'has-trial' : ''}`}>
        {trying && <TrialPane workflow={model} trial={trial} tried={setTrial} leave={() => { show(false); focusSelected() }} announce={announce} />}
        <div className="flow-pane">
          <div className="switch flow-modes" role="group" aria-label={t('mode')}>
            <button type="button" aria-pressed={!trying} onClick={() => show(false)}>{t('edit')}</button>
            <button type="button" aria-pressed={trying} onClick={() => show(true)}>{t('trial')}</button>
          </div>
          <Tools zoom={zoom} setZoom={setZoom} isFolded={folded.size > 0} foldAll={() => setFolded(folded.size ? new Set() : new Set(blocks.map(block => block.id)))} hasBlocks={blocks.length > 0} />
          <Tree tree={tree} workflow={model} sentences={sentences} folded={folded} fold={fold} zoom={zoom} readOnly={readOnly} shown={{ trial, reached, noted: trial ? new Set(trial.steps.filter(step => step.left_out.length > 0).map(step => step.step)) : noted }} askRemove={setRemoving} announce={announce} opened={() => setOpened(true)} />
          <p className="flow-keys hint small">{t('keys')}</p>
        </div>
        {opened && selected?.kind === 'step' && (
          <Drawer tree={tree} workflow={model} sentences={sentences} readOnly={readOnly} askRemove={setRemoving} close={() => { setOpened(false); focusSelected() }} trial={trial} tryIt={() => setTrying(true)} />
        )}
      </div>
      {removing && <RemoveDialog id={removing} tree={tree} workflow={model} sentences={sentences} close={() => { setRemoving(null); focusSelected() }} done={name => { setRemoving(null); announce(t('removed', { name })); focusSelected() }} />}
      <p ref={status} role="status" className="sr" />
    </>
  )
}

/** Without a trial nothing is drawn pale. */
const EVERYTHING: ReadonlySet<string> = new Set()

/** The cards of the main line at which a rule over persons hangs: those that must be somebody else than at an earlier step. */
function notedOf(model: ModelMap, tree: readonly Block[]): ReadonlySet<string> {
  const rules = listOf(mapOf(model['controls'])['four_eyes']).map(rule => listOf(mapOf(rule)['different_people']).map(textOf))
  const first = (names: readonly string[]) => allBlocks(tree).find(block => names.some(name => coversStep(name, block.name)))?.id
  return new Set(tree.filter(block => rules.some(names => names.some(name => coversStep(name, block.name)) && first(names) !== block.id)).map(block => block.id))
}

