/** Each command does, undoes and redoes; the texts keep their comments, and only the touched lines change. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyEdit, readFile, type Files } from '../draft/files'
import { allItems, blocksOf, fieldsOf, findItem, formModel } from '../draft/definition'
import { command as addField } from './add_field'
import { command as addItem } from './add_item'
import { command as addSection } from './add_section'
import type { Outcome } from './command'
import { command as duplicateItem } from './duplicate_item'
import { command as moveItem } from './move_item'
import { command as moveSection } from './move_section'
import { command as removeItem } from './remove_item'
import { command as removeSection } from './remove_section'
import { command as renameField } from './rename_field'
import { command as setBlock } from './set_block'
import { command as setChoice } from './set_choice'
import { command as setField } from './set_field'
import { command as setItem } from './set_item'

const APP = join(import.meta.dirname, '../../../../app_definitions/bank_customer')
const FORM = 'loan_application.intake'
const ENTITY = 'loan_application'
const paths = [`forms/${FORM}.yaml`, `entities/${ENTITY}.yaml`]
const start: Files = Object.fromEntries(paths.map(path => [path, readFile(readFileSync(join(APP, path), 'utf8'))]))
const form = (files: Files) => formModel(files, FORM)
const names = (files: Files) => allItems(form(files)).map(item => item.name)

interface Case {
  readonly name: string
  readonly run: () => Outcome | null
  readonly holds: (files: Files) => void
  readonly lines: number
}

const cases: readonly Case[] = [
  {
    name: 'add_item',
    run: () => addItem.run(withoutItem('purpose'), { form: FORM, field: 'purpose', block: 'applicant', index: 1 }),
    holds: files => expect(names(files).slice(0, 3)).toEqual(['customer', 'purpose', 'monthly_income']),
    lines: 1,
  },
  {
    name: 'add_field',
    run: () => addField.run(start, { form: FORM, entity: ENTITY, type: 'date', label: { zh: '预计放款日', en: 'Expected on' }, block: 'loan', index: 2 }),
    holds: files => {
      expect(names(files).slice(2, 5)).toEqual(['product', 'guarantee', 'date_field'])
      expect(fieldsOf(files, ENTITY)['date_field']).toEqual({ type: 'date', label: { zh: '预计放款日', en: 'Expected on' } })
    },
    lines: 2,
  },
  {
    name: 'add_section',
    run: () => addSection.run(start, { form: FORM, label: { zh: '新分组', en: 'Section' }, after: 'applicant' }),
    holds: files => expect(blocksOf(form(files)).map(block => block.name)).toEqual(['applicant', 'section', 'loan', 'collateral']),
    lines: 4,
  },
  {
    name: 'move_item',
    run: () => moveItem.run(start, { form: FORM, item: 'amount', block: 'applicant', index: 0 }),
    holds: files => expect(names(files)[0]).toBe('amount'),
    lines: 2,
  },
  {
    name: 'move_item across a border',
    run: () => moveItem.run(start, { form: FORM, item: 'monthly_income', by: 1 }),
    holds: files => expect(blocksOf(form(files))[1]?.items[0]?.name).toBe('monthly_income'),
    lines: 2,
  },
  {
    name: 'move_section',
    run: () => moveSection.run(start, { form: FORM, block: 'loan', by: -1 }),
    holds: files => expect(blocksOf(form(files)).map(block => block.name)).toEqual(['loan', 'applicant', 'collateral']),
    lines: 99,
  },
  {
    name: 'remove_item',
    run: () => removeItem.run(start, { form: FORM, item: 'guarantee' }),
    holds: files => expect(names(files)).not.toContain('guarantee'),
    lines: 1,
  },
  {
    name: 'remove_section',
    run: () => removeSection.run(start, { form: FORM, block: 'collateral' }),
    holds: files => expect(blocksOf(form(files)).map(block => block.name)).toEqual(['applicant', 'loan']),
    lines: 99,
  },
  {
    name: 'duplicate_item',
    run: () => duplicateItem.run(start, { form: FORM, entity: ENTITY, item: 'purpose' }),
    holds: files => {
      expect(findItem(form(files), 'purpose_2')?.model['required_when']).toBe('product == "business"')
      expect(fieldsOf(files, ENTITY)['purpose_2']).toEqual(fieldsOf(files, ENTITY)['purpose'])
    },
    lines: 2,
  },
  {
    name: 'set_item',
    run: () => setItem.run(start, { form: FORM, item: 'guarantee', key: 'visible', value: 'amount > 100000' }),
    holds: files => expect(findItem(form(files), 'guarantee')?.model['visible']).toBe('amount > 100000'),
    lines: 1,
  },
  {
    name: 'set_block',
    run: () => setBlock.run(start, { form: FORM, block: 'loan', key: 'columns', value: 3 }),
    holds: files => expect(blocksOf(form(files))[1]?.model['columns']).toBe('3'),
    lines: 1,
  },
  {
    name: 'set_field',
    run: () => setField.run(start, { entity: ENTITY, field: 'term', key: 'label', value: { zh: '期数', en: 'Months' } }),
    holds: files => expect(fieldsOf(files, ENTITY)['term']).toMatchObject({ label: { zh: '期数', en: 'Months' } }),
    lines: 1,
  },
  {
    name: 'rename_field',
    run: () => renameField.run(start, { entity: ENTITY, field: 'purpose', name: 'loan_purpose' }),
    holds: files => {
      expect(names(files)).toContain('loan_purpose')
      expect(Object.keys(fieldsOf(files, ENTITY))).toContain('loan_purpose')
    },
    lines: 2,
  },
]

function withoutItem(item: string): Files {
  const outcome = removeItem.run(start, { form: FORM, item })
  const result = outcome && applyEdit(start, outcome.edit)
  if (!result?.ok) throw new Error(`cannot remove ${item}`)
  return result.files
}

const before = (one: Case): Files => (one.name === 'add_item' ? withoutItem('purpose') : start)

function after(one: Case): Files {
  const outcome = one.run()
  expect(outcome, 'the command has nothing to do').not.toBeNull()
  const result = applyEdit(before(one), outcome!.edit)
  expect(result).toMatchObject({ ok: true })
  return (result as { files: Files }).files
}

describe.each(cases)('$name', one => {
  it('does what it says', () => {
    one.holds(after(one))
  })

  it('leaves every other line as it was', () => {
    const done = after(one)
    const changed = paths.flatMap(path => difference(before(one)[path]!.text, done[path]!.text))

    expect(changed.length).toBeLessThanOrEqual(one.lines * 2)
    expect(done[`forms/${FORM}.yaml`]!.text).toContain('  # What is asked for; the payment below follows while typing.')
  })

  it('can be undone: the texts before are kept whole', () => {
    const kept = paths.map(path => before(one)[path]!.text)
    after(one)

    expect(paths.map(path => before(one)[path]!.text)).toEqual(kept)
  })
})

const count = (text: string) => text.split('\n').reduce((all, line) => all.set(line, (all.get(line) ?? 0) + 1), new Map<string, number>())

/** Lines that stand in one text and not in the other. */
function difference(a: string, b: string): string[] {
  const [x, y] = [count(a), count(b)]
  return [...new Set([...x.keys(), ...y.keys()])].filter(line => x.get(line) !== y.get(line))
}

it('keeps the identity of everything that an edit does not touch', () => {
  const outcome = setItem.run(start, { form: FORM, item: 'guarantee', key: 'span', value: 2 })
  const result = applyEdit(start, outcome!.edit)
  const files = (result as { files: Files }).files

  expect(blocksOf(form(files))[0]?.model).toBe(blocksOf(form(start))[0]?.model)
  expect(blocksOf(form(files))[1]?.model).not.toBe(blocksOf(form(start))[1]?.model)
})

it('clearing the last property makes a bare name again', () => {
  const outcome = setItem.run(start, { form: FORM, item: 'debt_to_income', key: 'span', value: null })
  const result = applyEdit(start, outcome!.edit)

  expect((result as { files: Files }).files[`forms/${FORM}.yaml`]?.text).toContain('      - debt_to_income\n')
})

describe('set_choice', () => {
  const text = 'entity: a\nfields:\n  state: # the first code is the starting value\n    type: status\n    choices:\n      2: {label: {zh: 二, en: Two}} # first\n      1: {label: {zh: 一, en: One}}\n      x:\n        label: {zh: 乙, en: X}\n        valid_to: 2026-12-31\n'
  const files: Files = { 'entities/a.yaml': readFile(text) }
  const written = (code: string, label: { zh: string, en: string } | null) => {
    const outcome = setChoice.run(files, { entity: 'a', field: 'state', code, label })
    const result = outcome && applyEdit(files, outcome.edit)
    return result?.ok ? result.files['entities/a.yaml']?.text : null
  }

  it('changes the one line of a code, whatever the codes look like', () => {
    expect(written('2', { zh: '贰', en: 'Two' })).toBe(text.replace('二', '贰'))
    expect(written('x', { zh: '丙', en: 'X' })).toBe(text.replace('乙', '丙'))
  })

  it('adds behind the last code and takes away one code', () => {
    expect(written('0', { zh: '零', en: 'Zero' })).toBe(`${text}      "0": {label: {zh: 零, en: Zero}}\n`)
    expect(written('1', null)).toBe(text.replace('      1: {label: {zh: 一, en: One}}\n', ''))
    expect(written('3', null)).toBe(null)
  })
})
