/** On the page of workflows: a new one, and taking one out after what names it elsewhere was seen. */
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { catalogue, useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { command as addWorkflow, refusedWorkflowName } from '../commands/add_workflow'
import { command as removeFile } from '../commands/remove_file'
import { entityModel, labelOf, mapOf, textOf } from '../draft/definition'
import { useDraft } from '../draft/store'
import { placesOf } from '../draft/uses'
import { TextLine } from '../parts/TextLine'
import { placeFor } from '../shell/views'
import { Choice } from '../workflow/Choice'
import { rolesOf } from '../workflow/presets'
import { workflowsIn } from '../workflow/workflow'

const words = catalogue('workflows', {
  new: ['新建流程', 'New workflow'],
  name: ['标识', 'Name'],
  title_zh: ['中文名', 'Chinese'],
  title_en: ['英文名', 'English'],
  entity: ['审批的实体', 'What it decides on'],
  role: ['由谁发起和审批', 'Who starts and approves'],
  form: ['表单', 'Form'],
  none: ['不指定', 'None'],
  make: ['建立', 'Make it'],
  wrong_rule: ['须以小写字母开头，只用小写字母、数字和下划线。', 'Begin with a lower-case letter; only lower-case letters, digits and underscores.'],
  wrong_taken: ['已有同名流程。', 'There is a workflow of this name.'],
  remove: ['删除', 'Remove'],
  remove_named: ['删除 {{name}}', 'Remove {{name}}'],
  remove_title: ['从草稿里删除“{{name}}”？', 'Remove {{name}} from the draft?'],
  remove_text: ['已上线的版本不受影响，发布后才生效；进行中的审批按原版本走完。', 'What is live stays as it is until the draft is published; running approvals end on their version.'],
  used: ['别处还用到它：', 'It is named elsewhere:'],
})

export function NewWorkflow({ app }: { readonly app: string }) {
  const t = useWords(words), c = useWords(common), label = useLabel()
  const navigate = useNavigate()
  const files = useDraft(state => state.files), run = useDraft(state => state.run)
  const [isOpen, setOpen] = useState(false)
  const entities = Object.keys(files).flatMap(path => /^entities\/(.+)\.yaml$/.exec(path)?.[1] ?? []).toSorted()
  const roles = rolesOf(files)
  const [asked, setAsked] = useState({ name: '', zh: '', en: '', entity: '', form: '', role: '' })
  const entity = asked.entity || entities[0] || '', role = asked.role || roles[0] || ''
  const forms = Object.keys(files).flatMap(path => (path.startsWith('forms/') && textOf(mapOf(files[path]?.model)['entity']) === entity ? [path.slice(6).replace(/\.yaml$/, '')] : []))
  const form = forms.includes(asked.form) ? asked.form : ''
  const wrong = refusedWorkflowName(asked.name, workflowsIn(files))
  const make = () => {
    const title = { zh: asked.zh || asked.en || asked.name, en: asked.en || asked.zh || asked.name }
    if (!wrong && run(addWorkflow.run(useDraft.getState().files, { workflow: asked.name, title, entity, form: form || null, role }))) void navigate(`/${app}/workflow/${asked.name}`)
  }
  return (
    <>
      <Button type="primary" disabled={!entities.length || !roles.length} onClick={() => setOpen(true)}>{t('new')}</Button>
      {isOpen && (
        <Dialog title={t('new')} close={() => setOpen(false)}>
          <TextLine label={t('name')} value={asked.name} fault={asked.name && wrong ? t(`wrong_${wrong}`) : null} commit={name => setAsked({ ...asked, name })} />
          <TextLine label={t('title_zh')} lang="zh-CN" value={asked.zh} commit={zh => setAsked({ ...asked, zh })} />
          <TextLine label={t('title_en')} lang="en" value={asked.en} commit={en => setAsked({ ...asked, en })} />
          <Choice label={t('entity')} value={entity} options={entities.map(value => ({ value, text: `${label(labelOf(entityModel(files, value)['label']))} ${value}` }))} choose={value => setAsked({ ...asked, entity: value })} />
          <Choice label={t('form')} value={form} unset={t('none')} options={forms.map(value => ({ value, text: value }))} choose={value => setAsked({ ...asked, form: value })} />
          <Choice label={t('role')} value={role} options={roles.map(value => ({ value, text: `${label(labelOf(mapOf(mapOf(mapOf(files['roles.yaml']?.model)['roles'])[value])['label']))} ${value}` }))} choose={value => setAsked({ ...asked, role: value })} />
          <p className="dialog-foot"><Button onClick={() => setOpen(false)}>{c('cancel')}</Button><Button type="primary" disabled={wrong !== null} onClick={make}>{t('make')}</Button></p>
        </Dialog>
      )}
    </>
  )
}

export function RemoveWorkflow({ app, file, name }: { readonly app: string, readonly file: string, readonly name: string }) {
  const t = useWords(words), c = useWords(common)
  const files = useDraft(state => state.files), run = useDraft(state => state.run)
  const [isOpen, setOpen] = useState(false)
  const places = isOpen ? placesOf(files, name, file) : []
  return (
    <>
      <button type="button" className="link seal" aria-label={t('remove_named', { name })} onClick={() => setOpen(true)}>{t('remove')}</button>
      {isOpen && (
        <Dialog title={t('remove_title', { name })} close={() => setOpen(false)}>
          <p>{t('remove_text')}</p>
          {places.length > 0 && <><p>{t('used')}</p><ul>{places.map(place => <li key={`${place.file} ${place.line}`}><Link className="mono" to={placeFor(app, place)}>{place.file}:{place.line}</Link></li>)}</ul></>}
          <p className="dialog-foot"><Button onClick={() => setOpen(false)}>{c('cancel')}</Button><Button danger type="primary" onClick={() => { setOpen(false); run(removeFile.run(useDraft.getState().files, { file })) }}>{t('remove')}</Button></p>
        </Dialog>
      )}
    </>
  )
}
