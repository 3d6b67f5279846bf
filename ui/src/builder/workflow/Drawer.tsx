/** The drawer at the right: everything that can be said of what is selected, under six tabs; each change is one command. */
import { useState, type KeyboardEvent } from 'react'
import { Link } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { labelOf, type ModelMap } from '../draft/definition'
import { useDraft } from '../draft/store'
import { TextLine } from '../parts/TextLine'
import { placeFor } from '../shell/views'
import { refusedStepName } from '../commands/rename_step'
import { BranchPanel } from './BranchPanel'
import { focusSelected, useDesigner } from './designer'
import { Field } from './Field'
import { FlowPanel } from './FlowPanel'
import { useLine } from './line_of'
import { MoveTo } from './MoveTo'
import { keysOfVerb, TABS, tabOf, useSchema, type Node, type Tab } from './schema'
import type { Sentences } from './sentences'
import { END, findBlock, findBranch, namesOf, type Block } from './tree'
import type { Trial } from './trial'
import { WhoItWouldBe } from './WhoItWouldBe'
import { workflowFile } from './workflow'
import { words } from './words'

interface DrawerProps {
  readonly tree: readonly Block[]
  readonly workflow: ModelMap
  readonly sentences: Sentences
  readonly readOnly: boolean
  readonly askRemove: (id: string) => void
  readonly close: () => void
  readonly trial: Trial | null
  /** Opens the trial run. */
  readonly tryIt: () => void
}

/** Escape goes back to the tree, which keeps what was typed; an open list of names takes it for itself. */
function leave(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.nativeEvent.isComposing || (event.target as HTMLElement).getAttribute('aria-expanded') === 'true') return
  event.preventDefault()
  focusSelected()
}

export function Drawer(props: DrawerProps) {
  const { tree, readOnly } = props
  const t = useWords(words)
  const id = useDraft(state => (state.selected?.kind === 'step' ? state.selected.name : ''))
  const block = findBlock(tree, id), branch = findBranch(tree, id)
  return (
    // Escape goes back to the tree from any control inside.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside className="properties drawer" aria-label={t('properties')} onKeyDownCapture={leave}>
      {block ? <StepPanel {...props} key={block.id} block={block} /> : branch ? <BranchPanel {...props} key={branch.id} branch={branch} /> : <FlowPanel {...props} key={id === END ? END : 'start'} end={id === END} readOnly={readOnly} />}
    </aside>
  )
}

function StepPanel({ tree, sentences, readOnly, askRemove, close, trial, tryIt, block }: DrawerProps & { readonly block: Block }) {
  const t = useWords(words)
  const schema = useSchema()
  const keys = block.verb ? keysOfVerb(schema, block.verb).filter(([key]) => tabOf(key) !== null) : []
  const has = TABS.filter(tab => keys.some(([key]) => tabOf(key) === tab))
  const [wanted, setWanted] = useState<Tab | null>(null)
  const tab = wanted && has.includes(wanted) ? wanted : has[0]
  return (
    <>
      <DrawerHead id={block.id} verb={block.verb ?? 'none'} title={sentences.title(block)} name={block.name} readOnly={readOnly} close={close} askRemove={askRemove} step />
      <fieldset className="panel drawer-name" disabled={readOnly}><Names tree={tree} block={block} /></fieldset>
      <div className="tabs" role="tablist" aria-label={t('properties')}>
        {has.map(each => <button key={each} type="button" role="tab" id={`tab-${each}`} aria-selected={tab === each} aria-controls="drawer-panel" onClick={() => setWanted(each)}>{t(`tab_${each}`)}</button>)}
      </div>
      <fieldset id="drawer-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} className="panel" disabled={readOnly}>
        {keys.filter(([key]) => tabOf(key) === tab && !(block.verb === 'choose' && Array.isArray(block.model['choose']) && key === 'choose')).map(([key, node]) =>
          <Field key={key} name={key} node={block.verb === 'choose' && key === 'choose' ? valueOf(node) : node} path={[...block.path, key]} within={block.path} value={block.model[key]} />)}
        {block.branches.length > 0 && tab === 'mode' && <BranchPanel.Add block={block} />}
        {tab === 'who' && 'by' in block.model && <WhoItWouldBe trial={trial} step={block.name} open={tryIt} />}
        {tab === 'mode' && <MoveTo tree={tree} block={block} sentences={sentences} />}
      </fieldset>
      <DrawerFoot path={block.path} />
    </>
  )
}

/** Of a choose by a value: the value, whose schema is one of two. */
const valueOf = (node: Node): Node => ({ ...node.oneOf?.find(each => each['x-value'] === 'expression'), ...(node.description === undefined ? {} : { description: node.description }), ...(node['x-zh'] === undefined ? {} : { 'x-zh': node['x-zh'] }) })

function Names({ tree, block }: { readonly tree: readonly Block[], readonly block: Block }) {
  const t = useWords(words)
  const designer = useDesigner()
  const label = labelOf(block.model['title']) ?? {}
  const titled = block.verb !== 'copy'
  const set = (language: 'zh' | 'en', text: string) => {
    const next = { ...label, [language]: text }
    designer.set([...block.path, 'title'], next['zh'] || next['en'] ? { zh: next['zh'] || next['en'] || '', en: next['en'] || next['zh'] || '' } : null, block.path)
  }
  const refuse = (name: string) => {
    const why = refusedStepName(name, namesOf(tree))
    return why && t(`name_wrong_${why}`)
  }
  return (
    <>
      {titled && <div className="two"><TextLine label={t('title_zh')} lang="zh-CN" value={label['zh'] ?? ''} commit={zh => set('zh', zh)} /><TextLine label={t('title_en')} lang="en" value={label['en'] ?? ''} commit={en => set('en', en)} /></div>}
      <TextLine label={t('name')} value={block.name} refuse={refuse} commit={name => (block.name ? designer.rename(block.id, name) : designer.set([...block.path, 'name'], name, block.path))} />
    </>
  )
}

interface HeadProps { readonly id: string, readonly verb: string, readonly title: string, readonly name: string, readonly readOnly: boolean, readonly close: () => void, readonly askRemove: (id: string) => void, readonly step?: boolean }

export function DrawerHead({ id, verb, title, name, readOnly, close, askRemove, step }: HeadProps) {
  const t = useWords(words)
  const designer = useDesigner()
  return (
    <header>
      <h2 className="cut"><span className={`flow-dot verb-${verb}`} aria-hidden="true" /> {title}</h2><code className="mono hint cut">{name}</code>
      <span className="grow" />
      {!readOnly && (
        <span className="card-tools">
          <button type="button" className="tool" aria-label={t('up')} onClick={() => designer.moveBy(id, -1)}>↑</button>
          <button type="button" className="tool" aria-label={t('down')} onClick={() => designer.moveBy(id, 1)}>↓</button>
          {step && <button type="button" className="tool" onClick={() => designer.duplicate(id)}>{t('copy')}</button>}
          <button type="button" className="tool seal" onClick={() => askRemove(id)}>{t('remove')}</button>
        </span>
      )}
      <button type="button" className="icon-button" aria-label={t('close')} onClick={close}>×</button>
    </header>
  )
}

export function DrawerFoot({ path }: { readonly path: readonly (string | number)[] }) {
  const t = useWords(words)
  const { app, workflow } = useDesigner()
  const line = useLine(path)
  return <p className="drawer-foot"><Link to={placeFor(app, { file: workflowFile(workflow), line })}>{t('line', { line })}</Link></p>
}

