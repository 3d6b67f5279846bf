import { expect, test } from 'vitest'
import type { EntityScreen, FieldScreen, Screens } from '../../kernel/api/types'
import { currencyUnit, showValue } from '../../kernel/format/value'
import { columnAt, type ListParts } from './fields'

const field = (name: string, zh: string, en: string, type: string, to?: string) =>
  ({ name, label: { zh, en }, type, widget: type, options: to ? { to, to_columns: ['name'] } : {}, readable: 'clear', sortable: true }) as unknown as FieldScreen
const entities = {
  customer: { name: 'customer', fields: { district: field('district', '区县', 'District', 'reference', 'bank.district') } },
  loan: { name: 'loan', fields: { customer: field('customer', '客户', 'Customer', 'reference', 'bank.customer') } },
} as unknown as Readonly<Record<string, EntityScreen>>
const parts = { screens: { app: 'bank', entities } as unknown as Screens, list: { columns: [] }, entity: entities['loan'] } as unknown as ListParts

test('a condition over a path is called by the labels on its way', () => {
  const column = columnAt(parts, 'customer.district')
  expect([column.label['zh'], column.label['en'], column.type, column.options.to]).toEqual(['客户 · 区县', 'Customer · District', 'reference', 'bank.district'])
  expect(columnAt(parts, 'customer').label['en']).toBe('Customer')
  expect(columnAt(parts, 'created_on').label['zh']).toBe('创建日期')
})

test('a reference without a title is not visible, never an id', () => {
  const id = '019cac47-e9c0-73dc-8613-cc49bd773564'
  expect(showValue({ type: 'reference' }, id, { locale: 'zh' })).toBe('无权查看')
  expect(showValue({ type: 'reference' }, id, { locale: 'zh', title: '叶磊' })).toBe('叶磊')
})

test('an amount says its currency in the words of the face', () => {
  expect([currencyUnit(undefined, 'zh'), currencyUnit(undefined, 'en'), currencyUnit({ currency: 'USD' }, 'zh')]).toEqual(['元', 'CNY', 'USD'])
})
