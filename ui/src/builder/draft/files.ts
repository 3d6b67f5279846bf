/** The texts of a draft as values: each file parsed once, edits checked, undo over all files in one step. */

import { commit } from '../../kernel/splice/commit'
import { modelOf, parse, syntaxOf, type Model, type SyntaxFinding } from '../../kernel/splice/document'
import type { Operation } from '../../kernel/splice/operations'
import { share } from './share'

export interface DraftFile {
  readonly text: string
  /** The last text without syntax errors, as plain values. */
  readonly model: Model
  readonly syntax: readonly SyntaxFinding[]
}

export type Files = Readonly<Record<string, DraftFile>>

/** One visual edit: operations for each file, or whole files that come or go. */
export interface Edit {
  readonly operations: Readonly<Record<string, readonly Operation[]>>
  readonly created?: Readonly<Record<string, string>>
  readonly removed?: readonly string[]
}

export type EditResult = { readonly ok: true, readonly files: Files } | { readonly ok: false, readonly reason: 'syntax' | 'layout' | 'check', readonly file: string }

export function readFile(text: string, before?: DraftFile): DraftFile {
  if (before?.text === text) return before
  const parsed = parse(text)
  const syntax = syntaxOf(parsed)
  return { text, model: syntax.length ? (before?.model ?? null) : share(before?.model, modelOf(parsed)), syntax }
}

/** All files of the edit changed together, or none. */
export function applyEdit(files: Files, edit: Edit): EditResult {
  const changed: Record<string, DraftFile> = {}
  for (const [path, text] of Object.entries(edit.created ?? {})) changed[path] = readFile(text)
  for (const [path, operations] of Object.entries(edit.operations)) {
    const file = changed[path] ?? files[path]
    if (!file) return { ok: false, reason: 'check', file: path }
    if (file.syntax.length) return { ok: false, reason: 'syntax', file: path }
    const result = commit(file.text, operations)
    if (!result.ok) return { ok: false, reason: result.reason, file: path }
    changed[path] = readFile(result.text, file)
  }
  const gone = new Set(edit.removed)
  return { ok: true, files: Object.fromEntries(Object.entries({ ...files, ...changed }).filter(([path]) => !gone.has(path))) }
}

/** Texts by path; null for a file that is gone. */
export const textsOf = (files: Readonly<Record<string, DraftFile | null>>): Record<string, string | null> => Object.fromEntries(Object.entries(files).map(([path, file]) => [path, file?.text ?? null]))
