/** A branch: its condition or code, what it is called, its place among the others. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { labelOf } from '../draft/definition'
import { pointerOf } from '../draft/findings'
import { useDraft } from '../draft/store'
import { ExpressionLine } from '../parts/ExpressionLine'
import { TextLine } from '../parts/TextLine'
import { useDesigner } from './designer'
import { DrawerFoot, DrawerHead } from './Drawer'
import { Field } from './Field'
import { firstCondition, newStep } from './presets'
import { useSchema } from './schema'
import type { Sentences } from './sentences'
import { allBlocks, namesOf, treeOf, type Block, type Branch } from './tree'
import { workflowFile, workflowModel } from './workflow'
import { words } from './words'

interface BranchPanelProps { readonly tree: readonly Block[], readonly branch: Branch, readonly sentences: Sentences, readonly readOnly: boolean, readonly askRemove: (id: string) => void, readonly close: () => void }

export function BranchPanel({ tree, branch, sentences, readOnly, askRemove, close }: BranchPanelProps) {
  const t = useWords(words)
  const designer = useDesigner(), schema = useSchema()
  const block = allBlocks(tree).find(each => each.branches.some(other => other.id === branch.id))!
  const label = labelOf(branch.model['title']) ?? {}
  const hasName = branch.kind === 'branch' || branch.kind === 'case' || branch.kind === 'else'
  return (
    <>
      <DrawerHead id={branch.id} verb={block.verb ?? 'none'} title={sentences.branch(block, branch)} name={branch.name} readOnly={readOnly} close={close} askRemove={askRemove} />
      <fieldset className="panel" disabled={readOnly}>
        {branch.kind === 'case' && (
          <ExpressionLine label={t('condition')} value={branch.condition} commit={text => text && designer.set([...branch.path, 'if'], text, branch.path)} entity={designer.entity}
            file={workflowFile(designer.workflow)} pointer={pointerOf([...branch.path, 'if'])} hint={sentences.expression(branch.condition)} />
        )}
        {branch.kind === 'branch' && (
          <div className="two">
            {(['zh', 'en'] as const).map(language => (
              <TextLine key={language} label={t(`title_${language}`)} lang={language === 'zh' ? 'zh-CN' : 'en'} value={label[language] ?? ''} commit={text => designer.set([...branch.path, 'title'], { zh: label['zh'] ?? text, en: label['en'] ?? text, [language]: text }, branch.path)} />
            ))}
          </div>
        )}
        {hasName && <TextLine label={t('name')} value={branch.name} commit={name => designer.set([...branch.path, 'name'], name || null, branch.path)} />}
        {branch.kind === 'branch' && schema.keys(schema.shape('BlockBranchShape') ?? {}).filter(([key]) => key === 'note').map(([key, node]) => <Field key={key} name={key} node={node} path={[...branch.path, key]} within={branch.path} value={branch.model[key]} />)}
        <AddBranch block={block} />
      </fieldset>
      <DrawerFoot path={branch.path} />
    </>
  )
}

const files = () => useDraft.getState().files

/** A further branch of a block: a condition before the rest, a code, or one at the same time. */
function AddBranch({ block }: { readonly block: Block }) {
  const t = useWords(words)
  const designer = useDesigner()
  const run = useDraft(state => state.select)
  const [added, setAdded] = useState(0)
  const listed = Array.isArray(block.model['choose'])
  const last = block.branches.at(-1)
  if (block.verb === 'together' || block.verb === 'any_of') {
    const add = () => {
      const names = namesOf(treeOf(workflowModel(files(), designer.workflow)))
      const step = newStep('approve', { files: files(), workflow: designer.workflow, entity: designer.entity, names })
      const name = `branch_${block.branches.length + 1}`
      if (designer.addItem([...block.path, block.verb!], { name, title: { zh: `第 ${block.branches.length + 1} 支`, en: `Branch ${block.branches.length + 1}` }, steps: [step.value] })) {
        run({ kind: 'step', name: pointerOf([...block.path, block.verb!, block.branches.length]) })
      }
    }
    return <button type="button" className="link" onClick={add}>{t('add_branch')}</button>
  }
  if (listed) {
    const rest = last?.kind === 'else'
    const add = (value: { if: string, steps: never[] } | { else: true, steps: never[] }, at: number) => {
      if (designer.addItem([...block.path, 'choose'], value, at)) run({ kind: 'step', name: pointerOf([...block.path, 'choose', at]) })
    }
    return (
      <>
        <button type="button" className="link" onClick={() => add({ if: firstCondition(files(), designer.entity), steps: [] }, block.branches.length - (rest ? 1 : 0))}>{t('add_case')}</button>
        {!rest && <button type="button" className="link" onClick={() => add({ else: true, steps: [] }, block.branches.length)}>{t('add_otherwise')}</button>}
      </>
    )
  }
  const add = (code: string) => {
    if (code && designer.set([...block.path, code], [], block.path)) setAdded(added + 1)
  }
  return (
    <>
      <TextLine key={added} label={t('add_code')} value="" commit={add} />
      {!('otherwise' in block.model) && <button type="button" className="link" onClick={() => designer.set([...block.path, 'otherwise'], [], block.path)}>{t('add_otherwise')}</button>}
    </>
  )
}

BranchPanel.Add = AddBranch
