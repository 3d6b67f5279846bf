/** The case of a trial: what the flow reads, what a worked case gives, and how a trial is kept as one. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { command as addPart } from '../commands/add_part'
import { listOf, mapOf, textOf } from '../draft/definition'
import { applyEdit, readFile, type Files } from '../draft/files'
import { asJson, exampleOf, givenBy, givenOf, readsOf, valuesOfRecord } from './trial_case'
import { workflowFile, workflowModel } from './workflow'

const APP = join(import.meta.dirname, '../../../../app_definitions/corporate_credit')
const FLOW = 'corporate_loan_approval'
const files: Files = Object.fromEntries([workflowFile(FLOW), 'entities/corporate_loan.yaml', 'choices.yaml'].map(path => [path, readFile(readFileSync(join(APP, path), 'utf8'))]))
const flow = workflowModel(files, FLOW)

describe('a trial', () => {
  it('asks for what decides where a case goes', () => {
    const reads = readsOf(flow, files, 'corporate_loan')
    expect(reads).toEqual(expect.arrayContaining(['amount', 'guarantee', 'company.exposure', 'company.rating']))
    expect(reads).not.toContain('review_opinion')
  })

  it('takes the values of a worked case, and gives them back as they were', () => {
    const example = mapOf(listOf(flow['examples'])[0])
    const start = givenBy(example, files, 'corporate_loan')
    expect(start.values).toMatchObject({ 'amount': '3000000', 'company.rating': 'A', 'guarantee': '3' })
    expect([...start.rest.keys()]).toEqual(['screen'])
    const given = asJson(givenOf(start.values, start.rest)) as Record<string, unknown>
    expect(given).toMatchObject({ amount: 3000000, company: { rating: 'A', exposure: 0 }, screen: { screening: 'clear' } })
  })

  it('is kept as a worked case of its own name', () => {
    const value = exampleOf(flow, givenOf({ 'amount': '5', 'company.rating': 'A', 'term': '' }, new Map()), '2026-03-02T10:00', ['apply', 'check'])
    const outcome = addPart.run(files, { workflow: FLOW, list: ['examples'], value, select: null })
    const result = applyEdit(files, outcome!.edit)
    const text = (result as { files: Files }).files[workflowFile(FLOW)]!.text
    expect(text.startsWith(files[workflowFile(FLOW)]!.text)).toBe(true)
    expect(text.slice(files[workflowFile(FLOW)]!.text.length)).toBe('  - name: tried\n    clock: 2026-03-02T10:00\n    given: {amount: 5, company: {rating: A}}\n    path: [apply, check]\n')
    const kept = listOf(workflowModel((result as { files: Files }).files, FLOW)['examples']).map(each => textOf(mapOf(each)['name']))
    expect(kept.at(-1)).toBe('tried')
  })

  it('takes from a record only what is shown of it', () => {
    const record = { amount: '10.00', secret: null, _expanded: { company: { rating: 'A' }, other: null } }
    expect(valuesOfRecord(record, ['amount', 'secret', 'company.rating', 'company.exposure', 'other.x'])).toEqual({ 'amount': '10.00', 'company.rating': 'A' })
  })
})
