/** Which line of the source a place of the model stands on. */

import { useMemo } from 'react'
import { nodeAt, pairAt, parse } from '../../kernel/splice/document'
import type { Path } from '../../kernel/splice/lines'
import { useDraft } from '../draft/store'
import { useDesigner } from './designer'
import { workflowFile } from './workflow'

/** The line of a place, else of the innermost thing around it that is there. */
export function lineOf(text: string, path: Path): number {
  const parsed = parse(text)
  for (let length = path.length; length > 0; length--) {
    const place = path.slice(0, length)
    const key = pairAt(parsed, place)?.pair.key as { range?: readonly [number, number, number] } | undefined
    const at = key?.range?.[0] ?? nodeAt(parsed, place)?.range?.[0]
    if (at !== undefined) return text.slice(0, at).split('\n').length
  }
  return 1
}

export function useLine(path: Path): number {
  const { workflow } = useDesigner()
  const text = useDraft(state => state.files[workflowFile(workflow)]?.text ?? '')
  const place = path.join('/')
  // The path is made anew at each drawing; what it says is the same.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  return useMemo(() => lineOf(text, path), [text, place])
}
