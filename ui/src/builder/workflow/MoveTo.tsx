/** Takes a step to any other list of the flow: into a branch, out of it, or to the end of the main line. */
import { useWords } from '../../kernel/i18n/catalogue'
import { pointerOf } from '../draft/findings'
import { focusSelected, useDesigner } from './designer'
import { Choice } from './Choice'
import type { Sentences } from './sentences'
import { allBlocks, STEPS, stepsAt, type Block } from './tree'
import { words } from './words'

export function MoveTo({ tree, block, sentences }: { readonly tree: readonly Block[], readonly block: Block, readonly sentences: Sentences }) {
  const t = useWords(words)
  const designer = useDesigner()
  const own = pointerOf(block.path), list = pointerOf(block.path.slice(0, -1))
  const places = [
    { list: STEPS, text: t('move_end') },
    ...allBlocks(tree).flatMap(each => each.branches.map(branch => ({ list: branch.list, text: t('move_into', { branch: `${sentences.title(each)} · ${sentences.branch(each, branch)}` }) }))),
  ].filter(place => pointerOf(place.list) !== list && !`${pointerOf(place.list)}/`.startsWith(`${own}/`))
  const go = (wanted: string) => {
    const place = places.find(each => pointerOf(each.list) === wanted)
    if (place && designer.moveItem(block.path, [...place.list, stepsAt(tree, place.list).length])) focusSelected()
  }
  return <Choice label={t('move_to')} value="" unset="" options={places.map(place => ({ value: pointerOf(place.list), text: place.text }))} choose={go} />
}
