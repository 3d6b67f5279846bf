/** The names that a key may have in the workflow that is open, with their labels. */

import { useLabel } from '../../kernel/i18n/locale'
import { useDraft } from '../draft/store'
import { useDesigner } from './designer'
import type { Option } from './Choice'
import { knownFor } from './known'
import { treeOf } from './tree'
import { workflowModel } from './workflow'

export function useKnown(key: string): readonly Option[] | null {
  const { workflow, entity } = useDesigner()
  const label = useLabel()
  const files = useDraft(state => state.files)
  const known = knownFor(key, { files, workflow, entity, tree: treeOf(workflowModel(files, workflow)) })
  return known && known.map(each => ({ value: each.value, text: each.label ? `${label(each.label)} ${each.value}` : each.value }))
}
