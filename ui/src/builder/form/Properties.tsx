/** The property panel: what is selected on the canvas, in three tabs; each change is one command. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { fieldsOf, findBlock, findItem, formFile, formModel, labelOf, mapOf, textOf } from '../draft/definition'
import { pointerOf } from '../draft/findings'
import { useDraft } from '../draft/store'
import { ExpressionLine } from '../parts/ExpressionLine'
import { TextLine } from '../parts/TextLine'
import { BasicsTab } from './BasicsTab'
import { DataTab } from './DataTab'
import { useDesigner } from './designer'
import { RulesTab } from './RulesTab'
import { words } from './words'

const TABS = ['basics', 'rules', 'data'] as const

export function Properties({ readOnly }: { readonly readOnly: boolean }) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const selected = useDraft(state => state.selected)
  const files = useDraft(state => state.files)
  const [tab, setTab] = useState<(typeof TABS)[number]>('basics')
  const form = formModel(files, designer.form)
  if (selected?.kind === 'block') return <BlockProperties name={selected.name} readOnly={readOnly} />
  const item = selected && findItem(form, selected.name)
  if (!item) return <aside className="properties" aria-label={t('properties')}><p className="empty">{t('nothing_selected')}</p></aside>
  const field = mapOf(fieldsOf(files, designer.entity)[item.name])
  const title = label(labelOf(item.model['label']) ?? labelOf(field['label'])) || item.name
  return (
    <aside className="properties" aria-label={t('properties')}>
      <header><h2 className="grow cut">{title}</h2><code className="mono hint">{item.name}</code></header>
      <div className="tabs" role="tablist" aria-label={t('properties')}>
        {TABS.map(each => (
          <button key={each} type="button" role="tab" id={`tab-${each}`} aria-selected={tab === each} aria-controls="properties-panel" onClick={() => setTab(each)}>{t(each)}</button>
        ))}
      </div>
      <fieldset key={item.name} id="properties-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel" disabled={readOnly}>
        {tab === 'basics' && <BasicsTab item={item} field={field} />}
        {tab === 'rules' && <RulesTab item={item} field={field} />}
        {tab === 'data' && <DataTab item={item} field={field} />}
      </fieldset>
    </aside>
  )
}

function BlockProperties({ name, readOnly }: { readonly name: string, readonly readOnly: boolean }) {
  const t = useWords(words), show = useLabel()
  const designer = useDesigner()
  const form = useDraft(state => formModel(state.files, designer.form))
  const block = findBlock(form, name)
  if (!block) return null
  const label = labelOf(block.model['label']) ?? {}
  const columns = textOf(block.model['columns']) || '1'
  const visible = textOf(block.model['visible'])
  const set = (key: string, value: string) => designer.setBlock(name, key, value || null)
  return (
    <aside className="properties" aria-label={t('properties')}>
      <header><h2 className="grow cut">{show(label) || name}</h2><code className="mono hint">{name}</code></header>
      <fieldset key={name} className="panel" disabled={readOnly}>
        <TextLine label={t('label_zh')} lang="zh-CN" value={label['zh'] ?? ''} commit={zh => designer.setBlock(name, 'label', { ...label, zh })} />
        <TextLine label={t('label_en')} lang="en" value={label['en'] ?? ''} commit={en => designer.setBlock(name, 'label', { ...label, en })} />
        <div className="line">
          <span id="columns-label">{t('columns', { count: Number(columns) })}</span>
          <div className="switch" role="group" aria-labelledby="columns-label">
            {['1', '2', '3'].map(count => <button key={count} type="button" aria-pressed={columns === count} onClick={() => designer.setBlock(name, 'columns', count === '1' ? null : Number(count))}>{count}</button>)}
          </div>
        </div>
        <ExpressionLine label={t('visible')} value={visible} commit={value => set('visible', value)} entity={designer.entity}
          file={formFile(designer.form)} pointer={pointerOf([...block.path, 'visible'])} hint={t('visible_hint', { example: 'amount > 500000' })} />
      </fieldset>
    </aside>
  )
}
