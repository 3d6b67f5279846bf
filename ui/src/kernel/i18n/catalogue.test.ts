import { expect, test } from 'vitest'
import type { Catalogue, Pair } from './catalogue'

const modules = import.meta.glob<Readonly<Record<string, unknown>>>(['../../**/words.ts', '../../**/kinds.ts', './common.ts'], { eager: true })

const isCatalogue = (value: unknown): value is Catalogue<string> => typeof value === 'object' && value !== null && 'area' in value && 'entries' in value
const catalogues = Object.values(modules).flatMap(module => Object.values(module).filter(isCatalogue))
const all = catalogues.flatMap(({ area, entries }) => Object.entries<Pair>(entries).map(([key, pair]) => [`${area} ${key}`, pair] as const))
const places = (text: string): string[] => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(match => match[1] ?? ''))].sort()

test('Every word has its places in both languages', () => {
  const different = all.filter(([, [zh, en, plural]]) => (String(places(zh)) !== String(places(en)) || (plural !== undefined && String(places(plural)) !== String(places(zh)))))

  expect(different).toEqual([])
  expect(all.length).toBeGreaterThan(200)
})

test('No word is empty', () => {
  expect(all.filter(([, pair]) => pair.includes(''))).toEqual([])
})

test('A count that can be one has an English plural', () => {
  const lacking = all.filter(([, [, en, plural]]) => /\{\{count\}\} [a-z]/.test(en) && plural === undefined)

  expect(lacking).toEqual([])
})

test('Every area has one catalogue', () => {
  const areas = catalogues.map(each => each.area)

  expect(areas.filter((area, at) => areas.indexOf(area) !== at)).toEqual([])
})
