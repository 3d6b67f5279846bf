/** The fields of an entity as a grid: labels, name, type, required, unique, class, rules and where each is used. */
import { useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { Button } from 'antd'
import { catalogue, useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useShortcuts } from '../../kernel/keyboard'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { command as setField } from '../commands/set_field'
import { entityFile, entityModel, fieldsOf, labelOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import { useIsPublished } from '../draft/published'
import { useAutosave, useOpenDraft } from '../draft/saving'
import { useDraft } from '../draft/store'
import { usesOf } from '../draft/uses'
import { useCatalog } from '../form/designer'
import { CrumbBar, DraftTag, SavingState, UndoButtons } from '../shell/CrumbBar'
import { Foot } from '../shell/Foot'
import { placeFor, ViewSwitch, type View } from '../shell/views'
import { ComparePane, SourcePane } from '../source/panes'
import { words as shared } from '../words'
import './entity.css'

const words = catalogue('entity-designer', {
  zh: ['中文名', 'Chinese'],
  en: ['英文名', 'English'],
  name: ['名称', 'Name'],
  type: ['类型', 'Type'],
  required: ['必填', 'Required'],
  unique: ['唯一', 'Unique'],
  class: ['分级', 'Class'],
  rules: ['规则', 'Rules'],
  used: ['用在', 'Used in'],
  new: ['新增', 'New'],
  edit: ['{{name}} 的{{what}}', '{{what}} of {{name}}'],
  grid: ['{{name}} 的字段', 'Fields of {{name}}'],
  count: ['{{count}} 个字段', '{{count}} field', '{{count}} fields'],
})

export default function EntityDesigner() {
  const { app = '', entity = '' } = useParams()
  const t = useWords(words), s = useWords(shared), label = useLabel()
  const navigate = useNavigate()
  const draft = useOpenDraft(app)
  useAutosave(app)
  const files = useDraft(state => state.files)
  const undo = useDraft(state => state.undo), redo = useDraft(state => state.redo)
  useShortcuts({ 'Ctrl+Z': undo, 'Ctrl+Y': redo })
  const [search] = useSearchParams()
  const view = (search.get('view') ?? 'design') as View
  const model = entityModel(files, entity)
  const title = label(labelOf(model['label'])) || entity
  useTitle(title)
  const fields = Object.entries(fieldsOf(files, entity))
  return (
    <>
      <CrumbBar app={app} crumbs={[{ text: title, mark: 'entity' }]}>
        <DraftTag />
        <SavingState app={app} reload={() => void draft.takeTheirs()} />
        <span className="grow" />
        <UndoButtons />
        <ViewSwitch view={view} />
        <Button type="primary" size="small" onClick={() => void navigate(`/${app}/publish`)}>{s('publish')}</Button>
      </CrumbBar>
      <main className="designer-main" id="content" tabIndex={-1}>
        {draft.error && <Failure error={draft.error} retry={() => void draft.again()} />}
        {draft.ready && view === 'source' && <SourcePane app={app} file={entityFile(entity)} />}
        {draft.ready && view === 'compare' && <ComparePane app={app} file={entityFile(entity)} />}
        {draft.ready && view === 'design' && (
          <div className="card entity-grid">
            <table aria-label={t('grid', { name: title })}>
              <thead><tr>{(['zh', 'en', 'name', 'type', 'required', 'unique', 'class', 'rules', 'used'] as const).map(column => <th key={column} scope="col">{t(column)}</th>)}</tr></thead>
              <tbody>{fields.map(([name, field]) => <FieldRow key={name} app={app} entity={entity} name={name} field={mapOf(field)} uses={usesOf(files, entity, name).length} />)}</tbody>
            </table>
            <p className="card-foot hint small">{t('count', { count: fields.length })}</p>
          </div>
        )}
      </main>
      <Foot open={found => void navigate(placeFor(app, found))} />
    </>
  )
}

interface RowProps { readonly app: string, readonly entity: string, readonly name: string, readonly field: ModelMap, readonly uses: number }

function FieldRow({ app, entity, name, field, uses }: RowProps) {
  const t = useWords(words), show = useLabel()
  const published = useIsPublished(app, entity, name)
  const run = useDraft(state => state.run)
  const types = useCatalog().data?.field_types ?? []
  const label = labelOf(field['label']) ?? {}
  const set = (key: string, value: Parameters<typeof setField.run>[1]['value']) => run(setField.run(useDraft.getState().files, { entity, field: name, key, value }))
  const type = textOf(field['type'])
  const kind = textOf(field['class']) || 'C1'
  const rules = ['check', 'required_when', 'visible', 'compute', 'default'].filter(key => key in field)
  return (
    <tr className={published ? '' : 'is-new'}>
      <th scope="row"><Cell label={t('edit', { name, what: t('zh') })} lang="zh-CN" value={label['zh'] ?? ''} commit={zh => set('label', { ...label, zh })} />{!published && <span className="tag tag-ok">{t('new')}</span>}</th>
      <td><Cell label={t('edit', { name, what: t('en') })} lang="en" value={label['en'] ?? ''} commit={en => set('label', { ...label, en })} /></td>
      <td className="mono">{name}</td>
      <td>{show(types.find(each => each.name === type)?.label) || type}</td>
      <td><input type="checkbox" aria-label={t('edit', { name, what: t('required') })} checked={textOf(field['required']) === 'true'} onChange={event => set('required', event.target.checked || null)} /></td>
      <td><input type="checkbox" aria-label={t('edit', { name, what: t('unique') })} checked={textOf(field['unique']) === 'true'} onChange={event => set('unique', event.target.checked || null)} /></td>
      <td><span className={kind === 'C1' ? 'hint' : 'tag tag-warning'}>{kind}</span></td>
      <td className="mono">{rules.join(' · ')}</td>
      <td className="num">{uses}</td>
    </tr>
  )
}

/** A cell that is edited in place: Enter or leaving keeps, Escape gives back. */
function Cell({ label, value, commit, lang }: { readonly label: string, readonly value: string, readonly commit: (value: string) => void, readonly lang: string }) {
  const [text, setText] = useState<string | null>(null)
  const keep = () => {
    if (text !== null && text.trim() && text.trim() !== value) commit(text.trim())
    setText(null)
  }
  return (
    <input className="cell" aria-label={label} lang={lang} value={text ?? value} onChange={event => setText(event.target.value)} onBlur={keep}
      onKeyDown={event => {
        if (event.nativeEvent.isComposing) return
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') setText(null)
      }} />
  )
}
