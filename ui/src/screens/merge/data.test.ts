import { expect, test } from 'vitest'
import { keepFirst, sorted, type Preview } from './data'

const side = (id: string, values: Record<string, string | null>) => ({ id, version: 1, title: id, record: { id, version: 1, ...values } })
const field = (name: string) => ({ name, source: 'a', choices: ['a', 'b'] })

test('fields that say different things come first, a missing value is one of them', () => {
  const seen: Preview = { survivor: 'a', records: [side('a', { name: 'Li', born: '1' }), side('b', { name: 'Wu', born: '1', mobile: '2' })], fields: ['name', 'born', 'mobile', 'gone'].map(field), moves: [], hidden: false, refusals: [] }
  expect(sorted(seen).different.map(each => each.name)).toEqual(['name', 'mobile'])
  expect(sorted(seen).same.map(each => each.name)).toEqual(['born', 'gone'])
})

test('the record that stays comes first, the others keep their order', () => {
  expect(keepFirst(['a', 'b', 'c'], 'b')).toEqual(['b', 'a', 'c'])
})
