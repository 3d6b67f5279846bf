/** All definitions of one kind, each a way to where it is worked on. */
import { Link, useParams } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { labelOf, mapOf, textOf } from '../draft/definition'
import { useAutosave, useOpenDraft } from '../draft/saving'
import { useDraft } from '../draft/store'
import { useCatalog } from '../form/designer'
import { CrumbBar, DraftTag, SavingState, UndoButtons } from '../shell/CrumbBar'
import { workplaceOf } from '../shell/views'
import { TakeModel, type Format } from './TakeModel'
import { NewWorkflow, RemoveWorkflow } from './Workflows'
import { words } from './words'
import './home.css'

/** Folders whose files other tools know, and as what. */
const FORMATS: Readonly<Record<string, Format>> = { 'workflows/': 'bpmn', 'decisions/': 'dmn' }

const formatOf = (path: string): Format | undefined => Object.entries(FORMATS).find(([folder]) => path.startsWith(folder))?.[1]

export default function KindPage() {
  const { app = '', kind = '' } = useParams()
  const t = useWords(words), label = useLabel(), locale = useLocale()
  const draft = useOpenDraft(app)
  useAutosave(app)
  const files = useDraft(state => state.files)
  const changed = useDraft(state => state.changed)
  const diagnostics = useDraft(state => state.diagnostics)
  const entry = useCatalog().data?.kinds.find(each => each.kind === kind)
  const undo = useDraft(state => state.undo), redo = useDraft(state => state.redo)
  useShortcuts({ 'Ctrl+Z': undo, 'Ctrl+Y': redo })
  const title = label(entry?.label) || kind
  useTitle(title)
  const folders = entry?.folders ?? []
  const inKind = (path: string) => folders.some(folder => path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`))
  const formats = Object.entries(FORMATS).filter(([folder]) => inKind(folder)).map(([, format]) => format)
  const shown = Object.entries(files).filter(([path]) => inKind(path)).toSorted(([a], [b]) => a.localeCompare(b))
  return (
    <>
      <CrumbBar app={app} crumbs={[{ text: title, mark: kind }]}><DraftTag /><SavingState app={app} reload={() => void draft.takeTheirs()} /><span className="grow" /><UndoButtons /></CrumbBar>
      <main className="content" id="content" tabIndex={-1}>
        <div className="screen">
          <div className="kind-head"><h1 className="grow">{title}</h1>{draft.ready && formats.map(format => <TakeModel key={format} app={app} format={format} />)}{draft.ready && kind === 'workflow' && <NewWorkflow app={app} />}</div>
          {draft.error && <Failure error={draft.error} retry={() => void draft.again()} />}
          {draft.ready && !shown.length && <p className="empty">{t('empty_kind')}</p>}
          {shown.length > 0 && (
            <div className="card kind-table">
              <table>
                <thead><tr><th scope="col">{t('label')}</th><th scope="col">{t('thing')}</th><th scope="col" className="kind-file">{t('file')}</th><th scope="col">{t('problems')}</th>{formats.length > 0 && <th scope="col"><span className="sr">{t('give', { format: '' })}</span></th>}{kind === 'workflow' && <th scope="col"><span className="sr">{t('acts')}</span></th>}</tr></thead>
                <tbody>
                  {shown.map(([path, file]) => {
                    const model = mapOf(file.model)
                    const name = textOf(Object.values(model)[0]) || path.split('/').at(-1)?.replace(/\.yaml$/, '') || path
                    const found = diagnostics.filter(each => each.file === path)
                    return (
                      <tr key={path}>
                        <th scope="row"><span className={`mark mark-${kind}`} aria-hidden="true" /><Link to={workplaceOf(app, path)}>{label(labelOf(model['label']) ?? labelOf(model['title'])) || name}</Link></th>
                        <td className="mono">{name}</td>
                        <td className="mono kind-file">{path} {changed.includes(path) && <span className="tag tag-brand">{t('new_file')}</span>}</td>
                        <td>{found.length ? <span className={found.some(each => each.severity === 'error') ? 'tag tag-seal' : 'tag tag-warning'}>{found.length}</span> : <span className="hint">{t('none')}</span>}</td>
                        {formats.length > 0 && <td>{formatOf(path) && <a className="link" href={`/api/builder/apps/${app}/give/${formatOf(path)}/${name}?language=${locale}`} download={`${name}.${formatOf(path)}`} aria-label={t('give_for', { name, format: formatOf(path)?.toUpperCase() ?? '' })}>{formatOf(path)?.toUpperCase()}</a>}</td>}
                        {kind === 'workflow' && <td>{path.startsWith('workflows/') && <RemoveWorkflow app={app} file={path} name={name} />}</td>}
                      </tr>
                    )
                  })}
                </tbody>
              </table>
            </div>
          )}
        </div>
      </main>
    </>
  )
}
