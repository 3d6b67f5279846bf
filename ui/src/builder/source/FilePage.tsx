/** A definition that has no designer of its own yet: its text, checked while it is written, and the difference to live. */
import { useParams, useSearchParams, useNavigate } from 'react-router'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { labelOf, mapOf } from '../draft/definition'
import { useAutosave, useOpenDraft } from '../draft/saving'
import { useDraft } from '../draft/store'
import { useCatalog } from '../form/designer'
import { CrumbBar, DraftTag, SavingState, UndoButtons } from '../shell/CrumbBar'
import { Foot } from '../shell/Foot'
import { placeFor, ViewSwitch, type View } from '../shell/views'
import { ComparePane } from './ComparePane'
import { SourcePane } from './SourcePane'

const VIEWS: readonly View[] = ['source', 'compare']

export default function FilePage() {
  const { app = '', '*': file = '' } = useParams()
  const label = useLabel()
  const navigate = useNavigate()
  const draft = useOpenDraft(app)
  useAutosave(app)
  const model = useDraft(state => mapOf(state.files[file]?.model))
  const isThere = useDraft(state => file in state.files)
  const kinds = useCatalog().data?.kinds ?? []
  const kind = kinds.find(each => each.folders.some(folder => file === folder || file.startsWith(folder.endsWith('/') ? folder : `${folder}/`)))
  const [search] = useSearchParams()
  const view: View = search.get('view') === 'compare' ? 'compare' : 'source'
  const title = label(labelOf(model['label']) ?? labelOf(model['title'])) || file
  useTitle(title)
  const undo = useDraft(state => state.undo), redo = useDraft(state => state.redo)
  useShortcuts({ 'Ctrl+Z': undo, 'Ctrl+Y': redo })
  return (
    <>
      <CrumbBar app={app} crumbs={[...(kind ? [{ text: label(kind.label), to: `/${app}/kind/${kind.kind}` }] : []), { text: title, ...(kind ? { mark: kind.kind } : {}) }]}>
        <DraftTag />
        <SavingState app={app} reload={() => void draft.takeTheirs()} />
        <span className="grow" />
        <UndoButtons />
        <ViewSwitch view={view} views={VIEWS} />
      </CrumbBar>
      <main className="designer-main" id="content" tabIndex={-1}>
        {draft.error && <Failure error={draft.error} retry={() => void draft.again()} />}
        {draft.ready && isThere && view === 'source' && <SourcePane app={app} file={file} />}
        {draft.ready && isThere && view === 'compare' && <ComparePane app={app} file={file} />}
      </main>
      <Foot open={found => void navigate(placeFor(app, found))} />
    </>
  )
}
