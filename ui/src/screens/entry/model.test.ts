import { expect, test } from 'vitest'
import type { EntityScreen, FieldScreen, FormScreen } from '../../kernel/api/types'
import type { Ir } from '../../kernel/expr/types'
import { say } from '../../kernel/i18n/catalogue'
import { explain } from './explain'
import { faultsOf, type Speech } from './faults'
import { bodyOf, defaultsOf, draw, itemsOf, referencePaths, settled, type Surroundings } from './model'
import { words } from './words'

const label = (zh: string) => ({ zh, en: zh })
const field = (name: string, type: string, more: Partial<FieldScreen> = {}): FieldScreen => ({
  name, label: label(name), type, widget: type, required: false, readable: 'clear', writable: true, searchable: false, sortable: true, options: {}, ...more,
})
const amountOver = (limit: string): Ir => ['cmp', 'number', '>', ['col', 'number', 'amount'], ['lit', 'number', limit]]

const entity: EntityScreen = {
  name: 'loan', label: label('贷款'), title: '{number}', can: { create: true, update: true, delete: false }, page: false, list: null, workflow: null,
  fields: {
    customer: field('customer', 'reference', { required: true, options: { to: 'bank.customer' } }),
    amount: field('amount', 'money', { required: true, check: ['not', amountOver('5000000')], message: label('不超过 500 万') }),
    term: field('term', 'integer', { required: true, options: { min: 1, max: 360 } }),
    value: field('value', 'money', { required_when: amountOver('500000') }),
    payment: field('payment', 'money', { compute: ['fn', 'round', [['fn', 'div', [['col', 'number', 'amount'], ['col', 'number', 'term']]], ['lit', 'number', '2']]] }),
    share: field('share', 'decimal', { compute: ['fn', 'div', [['col', 'number', 'payment'], ['lit', 'number', '2']]] }),
    level: field('level', 'choice', { default: ['lit', 'choice', '1'] }),
    incomes: field('incomes', 'rows', { options: { of: 'income' } }),
    id_no: field('id_no', 'text', { readable: 'masked' }),
  },
  rows: { income: { label: label('收入'), fields: { amount: field('amount', 'money', { required: true }) } } },
  rules: [
    { name: 'adult', when: null, check: ['cmp', 'date', '<', ['col', 'date', 'customer.birth_date'], ['lit', 'date', '2008-01-01']], message: label('未满 18 周岁'), at: 'customer', level: 'error' },
  ],
}

const item = (name: string) => ({ kind: entity.fields[name]?.type === 'rows' ? 'rows' as const : 'field' as const, field: name, span: 1 })
const form: FormScreen = {
  name: 'loan.intake', entity: 'loan', label: label('申请'), actions: ['submit'],
  layout: [
    { kind: 'section', name: 'loan', label: label('要素'), columns: 2, items: ['customer', 'amount', 'term', 'payment', 'share', 'level', 'id_no', 'incomes'].map(item), blocks: [] },
    { kind: 'section', name: 'collateral', label: label('抵押'), columns: 2, visible: amountOver('500000'), items: [item('value')], blocks: [] },
  ],
}
const around: Surroundings = {
  user: {}, old: null, today: '2026-11-24', now: '2026-11-24T06:00:00.000Z', businessDate: '2026-11-24', timezone: 'Asia/Shanghai', tables: {}, writable: null, required: new Set(), hidden: new Set(),
}
const speech: Speech = { t: (key, places) => say(words, key, places), label: each => each?.['zh'] ?? '' }
const good = { customer: 'c1', 'customer.birth_date': '1990-01-01', amount: '300000.00', term: 36 }
const faults = (values: Record<string, unknown>) => {
  const drawn = draw(form, entity, values as never, around)
  return faultsOf(drawn, entity, around, speech).map(fault => [fault.pointer, fault.message])
}

const names = (amount: string) => itemsOf(draw(form, entity, { ...good, amount }, around).blocks).map(each => [each.item.field, each.required])

test('A section is seen when its condition holds, and its fields are asked then', () => {
  expect(names('500000').at(-1)).toEqual(['incomes', false])
  expect(names('500000.01').at(-1)).toEqual(['value', true])
})

test('Computed values follow, also over several fields', () => {
  const { values } = draw(form, entity, good, around)

  expect([values['payment'], values['share']]).toEqual(['8333.33', '4166.665'])
})

test('Each fault stands at its field, in the order of the form', () => {
  expect(faults({ ...good, customer: null, amount: '5000001', term: 0 })).toEqual([
    ['/customer', '必填'], ['/amount', '不超过 500 万'], ['/term', '不能小于 1'], ['/value', '必填'],
  ])
  expect(faults({ ...good, amount: '12a' })).toEqual([['/amount', '不是能读懂的数字']])
  expect(faults({ ...good, term: '3.5' })).toEqual([['/term', '须是整数']])
  expect(faults({ ...good, incomes: [{ amount: '1' }, {}] })).toEqual([['/incomes/1/amount', '必填']])
})

test('A rule reads through a reference', () => {
  expect(faults({ ...good, 'customer.birth_date': '2009-01-01' })).toEqual([['/customer', '未满 18 周岁']])
  expect([...referencePaths(form, entity)]).toEqual([['customer', ['birth_date']]])
})

test('What goes to the server is what was asked and changed, without computed and hidden fields', () => {
  const drawn = draw(form, entity, { ...good, id_no: '3301****0419', value: '1' }, around)

  expect(bodyOf(drawn, { id_no: '3301****0419', term: 36 })).toEqual({ customer: 'c1', amount: '300000.00' })
})

test('A step opens only the fields it may write, and asks those it must have', () => {
  const drawn = draw(form, entity, good, { ...around, writable: new Set(['level']), required: new Set(['level']) })

  expect(itemsOf(drawn.blocks).filter(each => each.readOnly === null).map(each => [each.item.field, each.required])).toEqual([['level', true]])
})

test('A new record starts with the defaults of the fields on the form', () => {
  expect(defaultsOf(form, entity, around)).toEqual({ level: '1' })
})

test('A condition is said in words, or not at all', () => {
  const speaker = { fields: entity.fields, locale: 'zh' as const, t: speech.t }

  expect(explain(amountOver('500000'), speaker)).toBe('amount超过 500,000')
  expect(explain(['and', [['not', ['ismiss', ['col', 'choice', 'level']]], ['cmp', 'number', '<=', ['lit', 'number', '1'], ['col', 'number', 'term']]]], speaker)).toBe('level已填且term不低于 1')
  expect(explain(['cmp', 'number', '>', ['fn', 'abs', [['col', 'number', 'amount']]], ['lit', 'number', '1']], speaker)).toBe(null)
})

test('what is typed while a draft is saved stays, the rest is what the server stored', () => {
  const sent = { amount: '100', term: '12', customer: null }
  const now = { ...sent, amount: '100.50', value: '7' }

  expect(settled(now, sent, { id: '1', amount: '100.00', term: '12', number: 'LA-1' })).toEqual({
    id: '1', amount: '100.50', term: '12', customer: null, value: '7', number: 'LA-1',
  })
})

test('what a text must look like is said on leaving it, check digits included; a masked value that stays is none to judge', () => {
  const formed: EntityScreen = { ...entity, fields: { ...entity.fields, id_no: field('id_no', 'text', { readable: 'masked', form: ['bank_card', 0, 2, [['09', false, 1], ['09', false, 2], null], [[], [], []]], form_label: label('卡号') }) } }
  const said = (id_no: string) => faultsOf(draw(form, formed, { ...good, id_no }, around), formed, around, speech).filter(fault => fault.pointer === '/id_no').map(fault => fault.message)

  expect(['18', '19', '1', '1*'].map(said)).toEqual([[], ['这不是有效的卡号'], ['这不是有效的卡号'], []])
})

test('Cells of rows that are not entered stay with the server', () => {
  const rows = { income: { label: label('收入'), fields: { amount: field('amount', 'money'), no: field('no', 'sequence', { writable: false }) } } }
  const own = { ...entity, rows }
  const before = { incomes: [{ id: 'r1', amount: '1.00', no: 'N1' }] }

  expect(bodyOf(draw(form, own, before, around), before)).toEqual({})
  expect(bodyOf(draw(form, own, { incomes: [...before.incomes, { amount: '2.00' }] }, around), before)).toEqual({ incomes: [{ id: 'r1', amount: '1.00' }, { amount: '2.00' }] })
})
