/** One undo stack for visual and text edits over all files of the draft. */

import { beforeEach, expect, it } from 'vitest'
import { command as addField } from '../commands/add_field'
import { useDraft, unsaved } from './store'

const ENTITY = 'entity: a\nfields:\n  x: {type: text, label: {zh: 甲, en: A}} # kept\n'
const FORM = 'form: a.b\nentity: a\nlayout:\n  - section: s\n    label: {zh: 一, en: One}\n    items: [x]\n'
const files = { 'entities/a.yaml': ENTITY, 'forms/a.b.yaml': FORM }

beforeEach(() => {
  useDraft.getState().open('app', { base: 1, checksum: 'c', files, checksums: { 'entities/a.yaml': '1', 'forms/a.b.yaml': '2' }, diagnostics: [], changed: [] })
})

const text = (path: keyof typeof files) => useDraft.getState().files[path]?.text
const add = () => addField.run(useDraft.getState().files, { form: 'a.b', entity: 'a', type: 'date', label: { zh: '日', en: 'Day' }, block: 's' })

it('a new field changes two files in one step', () => {
  expect(useDraft.getState().run(add())).toBe(true)

  expect(text('forms/a.b.yaml')).toBe(FORM.replace('[x]', '[x, date_field]'))
  expect(text('entities/a.yaml')).toBe(ENTITY + '  date_field: {type: date, label: {zh: 日, en: Day}}\n')
  expect(unsaved(useDraft.getState()).map(([path]) => path)).toEqual(['entities/a.yaml', 'forms/a.b.yaml'])
})

it('undo gives both files back, redo brings the change again', () => {
  useDraft.getState().run(add())
  useDraft.getState().undo()
  expect([text('entities/a.yaml'), text('forms/a.b.yaml')]).toEqual([ENTITY, FORM])

  useDraft.getState().redo()
  expect(text('forms/a.b.yaml')).toContain('date_field')
})

it('typing at one place is one step until a pause', () => {
  useDraft.getState().type('forms/a.b.yaml', FORM + '#')
  useDraft.getState().type('forms/a.b.yaml', FORM + '# a')
  useDraft.getState().undo()

  expect(text('forms/a.b.yaml')).toBe(FORM)
})

it('a visual edit is refused, and said so, while the text has a syntax error', () => {
  useDraft.getState().type('forms/a.b.yaml', FORM.replace('[x]', '[x'))

  expect(useDraft.getState().run(add())).toBe(false)
  expect(useDraft.getState().refused).toEqual({ reason: 'syntax', file: 'forms/a.b.yaml' })
  expect(text('entities/a.yaml')).toBe(ENTITY)
})
