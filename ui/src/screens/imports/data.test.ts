import { describe, expect, it } from 'vitest'
import { Refusal } from '../../kernel/api/failure'
import type { FieldScreen } from '../../kernel/api/types'
import { doneOf, stepOf, suggestField, unknownColumns, type Import, type State } from './data'

const counts = { rows: 40, created: 30, changed: 10, unchanged: 0, rejected: 0 }
const batch = (state: State, more: Partial<Import> = {}) => ({ state, counts, progress: { rows: 40, of: 80 }, undone: 9, left: 1, ...more }) as Import

describe('how far an import is', () => {
  it('is told by rows while they are known', () => {
    expect(doneOf(batch('writing'))).toBe(50)
    expect(doneOf(batch('staged', { progress: { rows: 0, of: null } }))).toBeNull()
    expect(doneOf(batch('staged', { progress: { rows: 0, of: 0 } }))).toBe(100)
  })

  it('is told of an undo by what was written', () => {
    expect(doneOf(batch('undoing'))).toBe(25)
  })

  it('goes through the steps in their order', () => {
    expect(([null, 'staged', 'checked', 'released', 'writing', 'written', 'undone'] as const).map(stepOf)).toEqual([0, 1, 1, 2, 2, 3, 3])
  })
})

const field = (name: string, zh: string, en: string) => ({ name, label: { zh, en } }) as unknown as FieldScreen
const refusal = (code: string) => new Refusal(422, { code, errors: [{ parameter: '利率', code, message: '' }] })

describe('which field a column is', () => {
  const fields = [field('full_name', '姓名', 'Name'), field('mobile', '手机号', 'Mobile'), field('branch', '机构', 'Branch')]

  it('is suggested by what it is called like, the very same first', () => {
    expect(['FULL NAME', '客户姓名', '手机', 'Branch*', '利率'].map(column => suggestField(column, fields))).toEqual(['full_name', 'full_name', 'mobile', 'branch', ''])
  })

  it('is asked for the columns that the server names, and for no other refusal', () => {
    expect(unknownColumns(refusal('D105'))).toEqual(['利率'])
    expect(unknownColumns(refusal('Q252'))).toEqual([])
    expect(unknownColumns(new Error('x'))).toEqual([])
  })
})
