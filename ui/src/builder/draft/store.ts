/** The open draft: texts of all files, one undo stack over them, what is selected, and how saving stands. */

import { create } from 'zustand'
import type { Outcome, Selected } from '../commands/command'
import { applyEdit, readFile, type DraftFile, type Files } from './files'
import type { Diagnostic, DraftAnswer, SavedFile } from './types'

const STEPS = 200

/** One step of the undo stack: the files before it, and what was selected. */
interface Step {
  readonly files: Files
  readonly selected: Selected
  /** Typing at one place is one step until a pause. */
  readonly typing: string | null
}

export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict'
export type Refused = 'syntax' | 'layout' | 'check'

export interface DraftState {
  readonly app: string | null
  readonly base: number | null
  readonly checksum: string
  readonly files: Files
  /** Texts and checksums as the server has them. */
  readonly stored: Readonly<Record<string, { readonly text: string, readonly checksum: string }>>
  /** The files that differ from the live release, and the live texts of those that did not when the draft was opened. */
  readonly changed: readonly string[]
  readonly live: Readonly<Record<string, string>>
  /** How many files were saved from this page. */
  readonly saves: number
  readonly diagnostics: readonly Diagnostic[]
  readonly past: readonly Step[]
  readonly future: readonly Step[]
  readonly selected: Selected
  readonly saving: Saving
  readonly savedAt: Date | null
  /** The last visual edit that the text's layout did not allow, for the banner. */
  readonly refused: { readonly reason: Refused, readonly file: string } | null
  readonly open: (app: string, answer: DraftAnswer) => void
  readonly run: (outcome: Outcome | null) => boolean
  readonly type: (file: string, text: string) => void
  readonly select: (selected: Selected) => void
  readonly undo: () => void
  readonly redo: () => void
  readonly dismiss: () => void
  /** Takes the server's text of every file that moved there, as a step that can be undone; all other changes stay. */
  readonly merge: (answer: DraftAnswer) => void
  /** The server has this text of a file now, or has the file no more. */
  readonly keep: (file: string, text: string | null, answer: SavedFile) => void
  readonly mark: (saving: Saving, at?: Date) => void
}

export const useDraft = create<DraftState>()((set, get) => ({
  app: null,
  base: null,
  checksum: '',
  files: {},
  stored: {},
  changed: [],
  live: {},
  saves: 0,
  diagnostics: [],
  past: [],
  future: [],
  selected: null,
  saving: 'saved',
  savedAt: null,
  refused: null,

  open(app, answer) {
    const before = get()
    const same = before.app === app
    if (same && before.checksum === answer.checksum && !unsaved(before).length) {
      // The texts are those of the screen: only what surrounds them may be new, and undo goes on.
      set(known(answer))
      return
    }
    const files = Object.fromEntries(Object.entries(answer.files).map(([path, text]) => [path, readFile(text, same ? before.files[path] : undefined)]))
    set({
      app, files, ...known(answer), past: [], future: [], selected: same ? before.selected : null, saving: 'saved', refused: null,
    })
  },

  run(outcome) {
    if (!outcome) return false
    const { files, selected, past } = get()
    const result = applyEdit(files, outcome.edit)
    if (!result.ok) {
      set({ refused: { reason: result.reason, file: result.file } })
      return false
    }
    set({ files: result.files, selected: outcome.select, past: push(past, { files, selected, typing: null }), future: [], saving: 'waiting', refused: null })
    return true
  },

  type(file, text) {
    const { files, selected, past } = get()
    const before = files[file]
    if (!before || before.text === text) return
    const next: Files = { ...files, [file]: readFile(text, before) }
    const goesOn = past.at(-1)?.typing === file
    set({ files: next, past: goesOn ? past : push(past, { files, selected, typing: file }), future: [], saving: 'waiting', refused: null })
  },

  select(selected) {
    set({ selected, past: pause(get().past) })
  },

  undo() {
    const { past, future, files, selected } = get()
    const step = past.at(-1)
    if (step) set({ files: step.files, selected: step.selected, past: past.slice(0, -1), future: [{ files, selected, typing: null }, ...future], saving: 'waiting', refused: null })
  },

  redo() {
    const { past, future, files, selected } = get()
    const step = future[0]
    if (step) set({ files: step.files, selected: step.selected, past: push(past, { files, selected, typing: null }), future: future.slice(1), saving: 'waiting', refused: null })
  },

  dismiss() {
    set({ refused: null })
  },

  merge(answer) {
    const { files, stored, selected, past } = get()
    const moved = (path: string) => stored[path]?.checksum !== answer.checksums[path]
    const mine = Object.entries(files).filter(([path, file]) => (path in stored ? stored[path]?.text !== file.text && !moved(path) : !(path in answer.files)))
    const gone = Object.keys(stored).filter(path => !(path in files) && !moved(path))
    const theirs = Object.entries(answer.files).filter(([path]) => !gone.includes(path))
    const next: Files = { ...Object.fromEntries(theirs.map(([path, text]) => [path, readFile(text, files[path])])), ...Object.fromEntries(mine) }
    set({
      files: next, ...known(answer), past: push(past, { files, selected, typing: null }), future: [], refused: null, saving: mine.length || gone.some(path => path in answer.files) ? 'waiting' : 'saved',
    })
  },

  keep(file, text, answer) {
    set(({ stored, changed, live, saves }) => ({
      stored: text === null ? without(stored, file) : { ...stored, [file]: { text, checksum: answer.checksum ?? '' } }, checksum: answer.draft_checksum, diagnostics: answer.diagnostics, saves: saves + 1,
      changed: live[file] === text ? changed.filter(path => path !== file) : [...new Set([...changed, file])],
    }))
  },

  mark(saving, at) {
    set(state => ({ saving, past: saving === 'saved' ? pause(state.past) : state.past, ...(at ? { savedAt: at } : {}) }))
  },
}))

const push = (past: readonly Step[], step: Step): readonly Step[] => [...past, step].slice(-STEPS)

/** Ends the typing that went on: the next letter begins a new step. */
const pause = (past: readonly Step[]): readonly Step[] => (past.at(-1)?.typing ? [...past.slice(0, -1), { ...past.at(-1)!, typing: null }] : past)

const storedOf = (answer: DraftAnswer): DraftState['stored'] =>
  Object.fromEntries(Object.entries(answer.files).map(([path, text]) => [path, { text, checksum: answer.checksums[path] ?? '' }]))

/** What an answer tells about the server's draft, beside the texts themselves. */
const known = (answer: DraftAnswer) => ({
  base: answer.base, checksum: answer.checksum, stored: storedOf(answer), changed: answer.changed, diagnostics: answer.diagnostics,
  live: Object.fromEntries(Object.entries(answer.files).filter(([path]) => !answer.changed.includes(path))),
})

/** The files whose text is not yet the server's; null for one that is gone here and still there. */
export function unsaved(state: Pick<DraftState, 'files' | 'stored'>): readonly (readonly [path: string, file: DraftFile | null])[] {
  const gone = Object.keys(state.stored).filter(path => !(path in state.files)).map(path => [path, null] as const)
  return [...Object.entries(state.files).filter(([path, file]) => state.stored[path]?.text !== file.text), ...gone]
}

const without = <Of,>(map: Readonly<Record<string, Of>>, key: string): Readonly<Record<string, Of>> => Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
