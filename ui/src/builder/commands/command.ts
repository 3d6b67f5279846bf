/** What a builder command is: a pure step from the draft's files to edits of their texts, and what is selected afterwards. */

import type { Edit, Files } from '../draft/files'

export type Selected = { readonly kind: 'item' | 'block' | 'step', readonly name: string } | null

export interface Outcome {
  readonly edit: Edit
  readonly select: Selected
}

/** One command a file, found by listing the folder; null when there is nothing to do. */
export interface Command<Arguments> {
  readonly name: string
  readonly run: (files: Files, given: Arguments) => Outcome | null
}
