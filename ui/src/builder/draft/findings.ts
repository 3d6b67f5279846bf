/** The findings of the draft at one control: those whose place is it or lies inside it. */

import { useDraft } from './store'
import type { Diagnostic } from './types'

const RANK = { error: 0, warning: 1, hint: 2 } as const

export const isAt = (found: Diagnostic, file: string, pointer: string): boolean =>
  found.file === file && (found.pointer === pointer || found.pointer.startsWith(`${pointer}/`))

/** The gravest finding at a place, or undefined. */
export function useFinding(file: string, pointer: string): Diagnostic | undefined {
  return useDraft(state => state.diagnostics.filter(found => isAt(found, file, pointer)).toSorted((a, b) => RANK[a.severity] - RANK[b.severity])[0])
}

export const pointerOf = (path: readonly (string | number)[]): string => path.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
