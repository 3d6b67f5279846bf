/** What a flow says as a whole: at its start who begins it and the controls, at its end what each end writes. */
import { useState } from 'react'
import { Link } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { mapOf, textOf, type ModelMap } from '../draft/definition'
import { useDraft } from '../draft/store'
import { workplaceOf } from '../shell/views'
import { useDesigner } from './designer'
import { DrawerFoot } from './Drawer'
import { Field } from './Field'
import { useSchema } from './schema'
import { words } from './words'

const START_TABS = { flow: ['title', 'start', 'calendar'], eyes: ['controls'], authority: ['authority'], data: ['note', 'sealed', 'deprecated', 'meta'] } as const
type StartTab = keyof typeof START_TABS

interface FlowPanelProps { readonly workflow: ModelMap, readonly end: boolean, readonly readOnly: boolean, readonly close: () => void }

export function FlowPanel({ workflow, end, readOnly, close }: FlowPanelProps) {
  const t = useWords(words)
  const { app } = useDesigner()
  const schema = useSchema(), keys = schema.keys(schema.root)
  const files = useDraft(state => state.files)
  const [tab, setTab] = useState<StartTab>('flow')
  const shown: readonly string[] = end ? ['on_finish'] : START_TABS[tab]
  const table = textOf(mapOf(workflow['authority'])['table'])
  return (
    <>
      <header><h2 className="grow">{t(end ? 'end' : 'start')}</h2><button type="button" className="icon-button" aria-label={t('close')} onClick={close}>×</button></header>
      {!end && (
        <div className="tabs" role="tablist" aria-label={t('properties')}>
          {(Object.keys(START_TABS) as StartTab[]).map(each => <button key={each} type="button" role="tab" id={`tab-${each}`} aria-selected={tab === each} aria-controls="drawer-panel" onClick={() => setTab(each)}>{t(`tab_${each}`)}</button>)}
        </div>
      )}
      <fieldset id="drawer-panel" className="panel" disabled={readOnly} {...(end ? {} : { 'role': 'tabpanel', 'aria-labelledby': `tab-${tab}` })}>
        {keys.filter(([key]) => shown.includes(key)).map(([key, node]) => (
          // The controls and ends are many keys of their own: each stands for itself.
          node.properties && (key === 'controls' || key === 'on_finish' || key === 'start')
            ? schema.keys(node).filter(([inner]) => inner !== 'meta').map(([inner, each]) => <Field key={`${key}.${inner}`} name={inner} node={each} path={[key, inner]} within={[]} value={mapOf(workflow[key])[inner]} />)
            : <Field key={key} name={key} node={node} path={[key]} within={[]} value={workflow[key]} />
        ))}
        {tab === 'authority' && !end && table && `decisions/${table}.yaml` in files && <Link to={workplaceOf(app, `decisions/${table}.yaml`)}>{t('open_table', { table })}</Link>}
      </fieldset>
      <DrawerFoot path={[end ? 'on_finish' : (START_TABS[tab].find(key => key in workflow) ?? 'workflow')]} />
    </>
  )
}
