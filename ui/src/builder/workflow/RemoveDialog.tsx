/** Asks before a step or branch goes: what goes with it, and where else it is named. */
import { Button } from 'antd'
import { Link } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Dialog } from '../../kernel/parts/Dialog'
import type { ModelMap } from '../draft/definition'
import { useDraft } from '../draft/store'
import { placeFor } from '../shell/views'
import { useDesigner } from './designer'
import { lineOf } from './line_of'
import { referencesTo } from './references'
import type { Sentences } from './sentences'
import { allBlocks, findBlock, findBranch, type Block } from './tree'
import { workflowFile } from './workflow'
import { words } from './words'

interface RemoveDialogProps { readonly id: string, readonly tree: readonly Block[], readonly workflow: ModelMap, readonly sentences: Sentences, readonly close: () => void, readonly done: (name: string) => void }

export function RemoveDialog({ id, tree, workflow, sentences, close, done }: RemoveDialogProps) {
  const t = useWords(words), c = useWords(common)
  const designer = useDesigner()
  const file = workflowFile(designer.workflow)
  const text = useDraft(state => state.files[file]?.text ?? '')
  const block = findBlock(tree, id), branch = findBranch(tree, id)
  const path = block?.path ?? branch?.path ?? []
  const inside = block ? allBlocks(block.branches.flatMap(each => each.steps)) : allBlocks(branch?.steps ?? [])
  const gone = [...(block ? [block] : []), ...inside]
  const uses = gone.flatMap(each => (each.name ? referencesTo(workflow, each.name, path).map(use => ({ name: each.name, line: lineOf(text, use.path), place: use.path.slice(0, -1).filter(part => typeof part === 'string').join('.') })) : []))
  const around = branch && allBlocks(tree).find(each => each.branches.some(other => other.id === id))
  const title = block ? sentences.title(block) : branch && around ? sentences.branch(around, branch) : id
  return (
    <Dialog title={t('remove_title', { name: title })} close={close}>
      {inside.length > 0 && <p>{t('remove_inside', { count: inside.length })}</p>}
      {uses.length > 0 && (
        <>
          <p>{t('remove_used')}</p>
          <ul className="flow-uses">{uses.map(use => <li key={`${use.line} ${use.place} ${use.name}`}><Link to={placeFor(designer.app, { file, line: use.line })} className="mono">{file}:{use.line}</Link> <span className="mono hint">{use.place}</span> {use.name}</li>)}</ul>
        </>
      )}
      <p className="dialog-foot"><Button onClick={close}>{c('cancel')}</Button><Button danger type="primary" onClick={() => designer.remove(id) && done(title)}>{t('remove')}</Button></p>
    </Dialog>
  )
}
