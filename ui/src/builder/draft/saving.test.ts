/** The draft against a server: nothing that was typed is lost, nothing that is old is shown. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { command as removeFile } from '../commands/remove_file'
import { openDraft, saveDraft } from './saving'
import { unsaved, useDraft } from './store'
import type { DraftAnswer } from './types'

const A = 'entities/a.yaml', B = 'entities/b.yaml'
const answer = (files: Record<string, string>, more: Partial<DraftAnswer> = {}): DraftAnswer => ({
  base: 1, checksum: JSON.stringify(files), files, checksums: Object.fromEntries(Object.entries(files).map(([path, text]) => [path, `sum of ${text}`])),
  diagnostics: [], changed: [], ...more,
})
const start = { [A]: 'entity: a\n', [B]: 'entity: b\n' }

/** A server that keeps texts; each save can be held back. */
let server: Record<string, string>, puts: string[], hold: Promise<void> | null, release: (() => void) | undefined, status: number

beforeEach(() => {
  server = { ...start }
  puts = []
  hold = null
  status = 200
  vi.stubGlobal('fetch', async (to: string, { body }: { body: string }) => {
    const file = to.split('/files/')[1] ?? '', { text, checksum } = JSON.parse(body) as { text: string | null, checksum: string | null }
    puts.push(`${to.split('/')[4]} ${file} ${text?.trim() ?? 'null'}`)
    await hold
    if (status === 0) throw new TypeError('offline')
    if (checksum !== (file in server ? `sum of ${server[file]}` : null)) return Response.json({ title: 'no', code: 'M435' }, { status: 409 })
    if (text === null) delete server[file]
    else server[file] = text
    return Response.json({ checksum: text === null ? null : `sum of ${text}`, draft_checksum: JSON.stringify(server), diagnostics: [] })
  })
  useDraft.getState().open('app', answer(start))
})

afterEach(() => vi.unstubAllGlobals())

const text = (file: string) => useDraft.getState().files[file]?.text

it('after saving, what is submitted is the draft as it is now', async () => {
  useDraft.getState().type(A, 'entity: a # 1\n')
  await saveDraft('app')

  expect(useDraft.getState().checksum).toBe(JSON.stringify(server))
  expect(useDraft.getState().saving).toBe('saved')
})

it('a saved file counts as a change until it is again what is live', async () => {
  useDraft.getState().type(A, 'entity: a # 1\n')
  await saveDraft('app')
  expect(useDraft.getState().changed).toEqual([A])

  useDraft.getState().undo()
  await saveDraft('app')
  expect(useDraft.getState().changed).toEqual([])
})

it('two who save at once send each text once, in order', async () => {
  useDraft.getState().type(A, 'entity: a # 1\n')
  const first = saveDraft('app')
  useDraft.getState().type(A, 'entity: a # 2\n')
  await Promise.all([first, saveDraft('app')])

  expect(puts).toEqual(['app entities/a.yaml entity: a # 1', 'app entities/a.yaml entity: a # 2'])
  expect(useDraft.getState().saving).toBe('saved')
})

it('without a server the changes stay and nothing is thrown', async () => {
  status = 0
  useDraft.getState().type(A, 'entity: a # 1\n')
  await saveDraft('app')

  expect([useDraft.getState().saving, unsaved(useDraft.getState()).length]).toEqual(['failed', 1])
})

it('an answer from before a save does not bring the old text back', async () => {
  const early = { answer: answer(start), saves: useDraft.getState().saves }
  useDraft.getState().type(A, 'entity: a # 1\n')
  await saveDraft('app')

  expect(await openDraft('app', early)).toBe(false)
  expect(text(A)).toBe('entity: a # 1\n')
})

it('the same draft opened again keeps its undo stack', async () => {
  useDraft.getState().type(A, 'entity: a # 1\n')
  await saveDraft('app')
  await openDraft('app', { answer: answer(server), saves: useDraft.getState().saves })

  expect(useDraft.getState().past).toHaveLength(1)
})

it('once it is published, the same draft has no change any more', async () => {
  useDraft.getState().type(A, 'entity: a # 1\n')
  await saveDraft('app')
  await openDraft('app', { answer: answer(server, { base: 2 }), saves: useDraft.getState().saves })

  expect([useDraft.getState().base, useDraft.getState().changed]).toEqual([2, []])
})

it('their version of a file is taken, my changes of other files stay, and undo gives mine back', async () => {
  server[A] = 'entity: a # theirs\n'
  useDraft.getState().type(A, 'entity: a # mine\n')
  useDraft.getState().type(B, 'entity: b # mine\n')
  await saveDraft('app')
  expect(useDraft.getState().saving).toBe('conflict')

  useDraft.getState().merge(answer(server))
  expect([text(A), text(B), useDraft.getState().saving]).toEqual(['entity: a # theirs\n', 'entity: b # mine\n', 'waiting'])

  await saveDraft('app')
  useDraft.getState().undo()
  await saveDraft('app')
  expect([server[A], server[B]]).toEqual(['entity: a # mine\n', 'entity: b # mine\n'])
})

it('opening another app saves what is unsaved of this one, and nothing into the other', async () => {
  hold = new Promise(resolve => { release = resolve })
  useDraft.getState().type(A, 'entity: a # 1\n')
  const saving = saveDraft('app')
  const opened = openDraft('other', { answer: answer({ [A]: 'entity: other\n' }), saves: 0 })
  useDraft.getState().type(B, 'entity: b # 1\n')
  release?.()
  await Promise.all([saving, opened])

  expect([useDraft.getState().app, text(A)]).toEqual(['other', 'entity: other\n'])
  expect(puts).toEqual(['app entities/a.yaml entity: a # 1', 'app entities/b.yaml entity: b # 1'])
})

it('a file that is taken out goes from the server too, and undo brings it back', async () => {
  useDraft.getState().run(removeFile.run(useDraft.getState().files, { file: A }))
  expect(unsaved(useDraft.getState())).toEqual([[A, null]])
  await saveDraft('app')
  expect([Object.keys(server), useDraft.getState().changed, useDraft.getState().saving]).toEqual([[B], [A], 'saved'])

  useDraft.getState().undo()
  await saveDraft('app')
  expect([server, useDraft.getState().changed]).toEqual([start, []])
})
