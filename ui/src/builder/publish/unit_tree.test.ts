import { expect, test } from 'vitest'
import { pagesOf, treeOptions, type UnitPage } from './unit_tree'

const HO = { code: 'HO', name: '总行', path: '/HO/' }
const BJ = { code: 'BJ', name: '北京分行', path: '/HO/BJ/' }
const DC = { code: 'DC', name: '东城支行', path: '/HO/BJ/DC/' }
const SH = { code: 'SH', name: '上海分行', path: '/HO/SH/' }

test('every unit stands below the one it belongs to, set in by its level', () => {
  expect(treeOptions([SH, DC, HO, BJ]).map(each => each.label)).toEqual(['总行 HO', '\u3000北京分行 BJ', '\u3000\u3000东城支行 DC', '\u3000上海分行 SH'])
})

const found = (text: string) => treeOptions([HO, BJ, DC, SH]).filter(each => each.find.includes(text)).map(each => each.value)

test('a unit is found by its code and name, and by those of the units above it', () => {
  expect(found('BJ')).toEqual(['BJ', 'DC'])
  expect(found('东城')).toEqual(['DC'])
})

test('all pages are read, however many there are', async () => {
  const pages: Record<string, UnitPage> = { first: { items: [HO, BJ], next: 'second' }, second: { items: [DC], next: 'third' }, third: { items: [SH], next: null } }
  const units = await pagesOf(cursor => Promise.resolve(pages[cursor ?? 'first'] as UnitPage))
  expect(units.map(unit => unit.code)).toEqual(['HO', 'BJ', 'DC', 'SH'])
})
