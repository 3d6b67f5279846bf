/** Commands on a workflow's text: each does what it says, touches no other line, and keeps every comment. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyEdit, readFile, type Files } from '../draft/files'
import { allBlocks, findBlock, treeOf } from '../workflow/tree'
import { newStep, PRESETS } from '../workflow/presets'
import { referencesTo } from '../workflow/references'
import { newWorkflow, workflowFile, workflowModel } from '../workflow/workflow'
import { placesOf } from '../draft/uses'
import { command as addPart } from './add_part'
import { command as addWorkflow } from './add_workflow'
import type { Outcome } from './command'
import { command as duplicateStep } from './duplicate_step'
import { command as movePart } from './move_part'
import { command as removeFile } from './remove_file'
import { command as removePart } from './remove_part'
import { command as renameStep } from './rename_step'
import { command as setPart } from './set_part'

const APP = join(import.meta.dirname, '../../../../app_definitions')
const load = (app: string, paths: readonly string[]): Files => Object.fromEntries(paths.map(path => [path, readFile(readFileSync(join(APP, app, path), 'utf8'))]))
const LOAN = 'loan_approval'
const start = load('bank_customer', [workflowFile(LOAN), 'roles.yaml', 'bindings.yaml', 'entities/loan_application.yaml'])

function done(files: Files, outcome: Outcome | null): { readonly files: Files, readonly text: string, readonly ids: readonly string[], readonly select: string | undefined } {
  expect(outcome, 'the command has nothing to do').not.toBeNull()
  const result = applyEdit(files, outcome!.edit)
  expect(result).toMatchObject({ ok: true })
  const after = (result as { files: Files }).files
  return { files: after, text: after[workflowFile(LOAN)]!.text, ids: allBlocks(treeOf(workflowModel(after, LOAN))).map(block => block.id), select: outcome!.select?.name }
}

const text = start[workflowFile(LOAN)]!.text
const lines = (of: string) => of.split('\n')
/** The lines of `a` that `b` does not have. */
const gone = (a: string, b: string) => lines(a).filter(line => !lines(b).includes(line))

describe('add_part', () => {
  it.each(PRESETS)('puts in %s behind the check; no line of before is changed', preset => {
    const names = allBlocks(treeOf(workflowModel(start, LOAN))).map(block => block.name)
    // A sub-flow needs another workflow to name.
    const files = { ...start, [workflowFile('other')]: readFile(newWorkflow('other', { zh: '另', en: 'Other' }, 'loan_application', null, 'clerk')) }
    const step = newStep(preset, { files, workflow: LOAN, entity: 'loan_application', names })
    const after = done(files, addPart.run(files, { workflow: LOAN, list: ['steps'], index: 2, value: step.value, select: { kind: 'step', name: step.name || '/steps/2' } }))

    expect(gone(text, after.text)).toEqual([])
    expect(after.ids[2]).toBe(after.select)
    expect(findBlock(treeOf(workflowModel(after.files, LOAN)), after.select!)?.verb).not.toBeNull()
  })

  it('fills an empty branch, and makes a list that is not there', () => {
    const empty = done(start, addPart.run(start, { workflow: LOAN, list: ['steps', 2, 'choose'], index: 1, value: { if: 'amount <= 1000', steps: [] }, select: null }))
    const filled = done(empty.files, addPart.run(empty.files, { workflow: LOAN, list: ['steps', 2, 'choose', 1, 'steps'], value: { approve: 'x', title: { zh: '甲', en: 'X' }, by: 'starter' }, select: null }))
    expect(filled.ids).toContain('x')
    expect(gone(text, filled.text)).toEqual([])
    const bare: Files = { [workflowFile(LOAN)]: readFile('workflow: loan_approval\nsteps:\n  - fill: a # one\n') }
    const ruled = done(bare, addPart.run(bare, { workflow: LOAN, list: ['controls', 'four_eyes'], value: { name: 'r', different_people: ['a', 'b'] }, select: null }))
    const inline: Files = { [workflowFile(LOAN)]: readFile('steps:\n  - choose: [{if: a, steps: []}] # two\n') }
    expect(done(inline, addPart.run(inline, { workflow: LOAN, list: ["steps", 0, "choose", 0, "steps"], value: { fill: "b" }, select: null })).text).toBe("steps:\n  - choose: [{if: a, steps: [{fill: b}]}] # two\n")
    expect(ruled.text).toBe('workflow: loan_approval\ncontrols: {four_eyes: [{name: r, different_people: [a, b]}]}\nsteps:\n  - fill: a # one\n')
  })
})

const set = (path: readonly (string | number)[], value: Parameters<typeof setPart.run>[1]['value']) => setPart.run(start, { workflow: LOAN, path, value, within: path.slice(0, 2), select: null })

describe('set_part', () => {
  it('changes one value on its line', () => {
    const after = done(start, set(['steps', 1, 'due', 'within'], '8 hours'))
    expect(gone(text, after.text)).toEqual(['    due: {within: 4 hours, then: remind, every: 2 hours, at_most: 3}'])
    expect(after.text).toContain('    due: {within: 8 hours, then: remind, every: 2 hours, at_most: 3}')
  })

  it('makes the map around a first value, and takes it away with its last one', () => {
    const made = done(start, set(['steps', 1, 'on_reject', 'return_to'], 'apply'))
    expect(made.text).toContain('    on_reject: {return_to: apply}\n')
    const back = done(made.files, setPart.run(made.files, { workflow: LOAN, path: ['steps', 1, 'on_reject', 'return_to'], value: null, within: ['steps', 1], select: null }))
    expect(back.text).toBe(text)
  })

  it('says other people in place of a word', () => {
    const after = done(start, set(['steps', 0, 'by'], { role: 'clerk', in: 'own_branch' }))
    expect(after.text).toContain('    by: {role: clerk, in: own_branch}\n    fields:')
  })

  it('has nothing to clear where nothing is', () => {
    expect(set(['steps', 1, 'opinion'], null)).toBeNull()
  })
})

describe('move_part', () => {
  it('takes a step with its comment to another place of its list', () => {
    const after = done(start, movePart.run(start, { workflow: LOAN, from: ['steps', 3], to: ['steps', 2], select: { kind: 'step', name: 'booking' } }))
    expect(after.ids.slice(2, 4)).toEqual(['booking', '/steps/3'])
    expect(after.text).toContain('# 结果不明先查询, never resent blindly')
    expect(lines(after.text).toSorted()).toEqual(lines(text).toSorted())
  })

  it('into a branch further down, whose place changes by it', () => {
    const after = done(start, movePart.run(start, { workflow: LOAN, from: ['steps', 1], to: ['steps', 2, 'choose', 1, 'steps', 0], select: { kind: 'step', name: 'check' } }))
    expect(after.ids).toEqual(['apply', '/steps/1', 'decide@branch', 'check', 'decide@officer', 'booking', '/steps/3'])
  })

  it('finds a block without a name again', () => {
    const after = done(start, movePart.run(start, { workflow: LOAN, from: ['steps', 2], to: ['steps', 1], select: { kind: 'step', name: '/steps/2' } }))
    expect(after.select).toBe('/steps/1')
    expect(after.text).toContain('# who decides follows from the amount')
  })
})

describe('remove_part', () => {
  it('takes a step out with its own lines and no others', () => {
    const after = done(start, removePart.run(start, { workflow: LOAN, path: ['steps', 2, 'choose', 0], select: null }))
    expect(after.ids).not.toContain('decide@branch')
    expect(gone(after.text, text)).toEqual([])
  })
})

describe('duplicate_step', () => {
  it('copies a variant as another variant', () => {
    const after = done(start, duplicateStep.run(start, { workflow: LOAN, step: 'decide@branch' }))
    expect(after.ids).toContain('decide@branch_2')
    expect(after.select).toBe('decide@branch_2')
    expect(gone(text, after.text)).toEqual([])
  })

  it('copies a block with free names inside', () => {
    const after = done(start, duplicateStep.run(start, { workflow: LOAN, step: '/steps/2' }))
    expect(after.ids).toEqual(['apply', 'check', '/steps/2', 'decide@branch', 'decide@officer', '/steps/3', 'decide@branch_2', 'decide@officer_2', 'booking', '/steps/5'])
    expect(after.select).toBe('/steps/3')
  })
})

describe('rename_step', () => {
  it('goes through controls and worked cases', () => {
    const after = done(start, renameStep.run(start, { workflow: LOAN, step: 'check', name: 'verify' }))
    expect(after.ids).toContain('verify')
    expect(after.text).toContain('different_people: [apply, verify, decide]')
    expect(after.text).toContain('path: [apply, verify, decide@branch, booking]')
    expect(after.text).not.toMatch(/(: |, )check\b/)
    expect(after.text).toContain('经办复核分离\n')
  })

  it('refuses a name that another step has', () => {
    expect(renameStep.run(start, { workflow: LOAN, step: 'check', name: 'apply' })).toBeNull()
  })

  it('renames acts and what is given by the name', () => {
    const files = load('corporate_credit', [workflowFile('corporate_loan_approval')])
    const model = workflowModel(files, 'corporate_loan_approval')
    const screen = findBlock(treeOf(model), 'screen')!
    const found = referencesTo(model, 'screen', screen.path)
    expect(new Set(found.map(each => each.as))).toEqual(new Set(['key', 'value', 'act']))
    const outcome = renameStep.run(files, { workflow: 'corporate_loan_approval', step: 'screen', name: 'aml' })
    const result = applyEdit(files, outcome!.edit)
    expect(result).toMatchObject({ ok: true })
    expect((result as { files: Files }).files[workflowFile('corporate_loan_approval')]!.text).not.toMatch(/(\[|, |approve |\{)screen\b/)
  })
})

describe('add_workflow and remove_file', () => {
  const entity = 'entity: ticket\nlabel: {zh: 工单, en: Ticket}\nfields:\n  state: {type: status, choices: {draft: {}}} # one status\n'
  const files: Files = { 'entities/ticket.yaml': readFile(entity) }
  const asked = { workflow: 'handling', title: { zh: '处理', en: 'Handling' }, entity: 'ticket', form: null, role: 'agent' }

  it('makes a workflow that can be read, and hands it the entity’s status', () => {
    const outcome = addWorkflow.run(files, asked)
    const result = applyEdit(files, outcome!.edit)
    expect(result).toMatchObject({ ok: true })
    const after = (result as { files: Files }).files
    expect(allBlocks(treeOf(workflowModel(after, 'handling'))).map(block => block.id)).toEqual(['apply', 'check'])
    expect(after[workflowFile('handling')]!.text).toContain('title: {zh: 处理, en: Handling}\n')
    expect(after['entities/ticket.yaml']!.text).toBe(entity.replace('{type: status,', '{type: status, workflow: handling,'))
  })

  it('takes no name twice', () => {
    expect(addWorkflow.run({ ...files, [workflowFile('handling')]: readFile('') }, asked)).toBeNull()
  })

  it('takes a whole file out and leaves the others', () => {
    const result = applyEdit(start, removeFile.run(start, { file: workflowFile(LOAN) })!.edit)
    expect(Object.keys((result as { files: Files }).files)).toEqual(Object.keys(start).filter(path => path !== workflowFile(LOAN)))
    expect(removeFile.run(start, { file: 'workflows/none.yaml' })).toBeNull()
  })

  it('names every line elsewhere that speaks of it', () => {
    expect(placesOf({ ...start, 'forms/x.yaml': readFile('a: loan_approval\n# loan_approval\nb: my_loan_approval\n') }, LOAN, workflowFile(LOAN)).filter(place => place.file === 'forms/x.yaml')).toEqual([{ file: 'forms/x.yaml', line: 1 }])
  })
})
