/** Visual edits keep every untouched byte: fuzz over real definitions, and the cases that a person would look at. */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isSeq } from 'yaml'
import { describe, expect, it } from 'vitest'
import { commit } from './commit'
import { dataOf, entriesOf, modelOf, parse, type Data } from './document'
import type { Path } from './lines'
import type { Operation } from './operations'

const APPS = join(import.meta.dirname, '../../../../app_definitions')

function definitions(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? definitions(path) : name.endsWith('.yaml') ? [readFileSync(path, 'utf8')] : []
  })
}

const HARD = `# banner

form: a.b     # what it is
layout:
  # the first section
  - section: one
    label: {zh: 一, en: One}
    items:
      # belongs to customer
      - customer
      - {field: amount, span: 2}   # aligned
        # deeper: belongs to amount
      - "012"

  # the second
  - section: two
    label: {zh: 二, en: "Two: b"}
    items: [a, 'b', {field: c}]
  - section: three
    label: {zh: 三, en: Three}
    items: []
  # at the end of the list
note: >-
  folded text
  of two lines
`

/** A repeatable source of chance. */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

interface Places {
  lists: Path[]
  items: Path[]
  scalars: Path[]
  maps: Path[]
  keys: Path[]
}

function placesOf(text: string): Places {
  const places: Places = { lists: [], items: [], scalars: [], maps: [], keys: [] }
  const visit = (data: Data, path: Path): void => {
    if (Array.isArray(data)) {
      places.lists.push(path)
      data.forEach((item, at) => {
        places.items.push([...path, at])
        visit(item, [...path, at])
      })
    } else if (data instanceof Map) {
      places.maps.push(path)
      for (const [key, value] of data) {
        places.keys.push([...path, key])
        visit(value, [...path, key])
      }
    } else places.scalars.push(path)
  }
  visit(dataOf(parse(text)), [])
  return places
}

const VALUES = ['plain', 'a: b # c', 'x]', 'NO', '012', '1:30', 'it\'s "so"', '金额，不超过 500 万', '- dash', 'amount > 5 and term < 3', '', ' padded ']

function anyOperation(text: string, chance: (below: number) => number): Operation | null {
  const { lists, items, scalars, maps, keys } = placesOf(text)
  const pick = <T>(from: readonly T[]): T | null => from[chance(from.length)] ?? null
  const value = VALUES[chance(VALUES.length)] ?? ''
  switch (chance(7)) {
    case 0:
    case 1: {
      const from = pick(items)
      const list = pick(lists)
      return from && list && { kind: 'moveItem', from, to: [...list, chance(4)] }
    }
    case 2: {
      const list = pick(lists)
      const item = chance(2) ? { field: 'amount', span: 2, label: { zh: value || '空', en: 'b' } } : 'amount'
      return list && { kind: 'insertItem', list, index: chance(3), value: item }
    }
    case 3: {
      const path = pick(items)
      return path && { kind: 'removeItem', path }
    }
    case 4: {
      const path = pick(scalars)
      return path && { kind: 'setValue', path, value }
    }
    case 5: {
      const map = pick(maps)
      return map && { kind: 'setKey', map, key: 'visible', value, order: ['section', 'field', 'label', 'columns', 'visible', 'items'] }
    }
    default: {
      const path = pick(keys)
      return path && { kind: 'removeKey', path }
    }
  }
}

/** The index of a move must exist in the target after the item was taken out. */
function isSensible(text: string, operation: Operation): boolean {
  if (operation.kind === 'moveItem') {
    const to = operation.to.slice(0, -1)
    const list = parse(text).getIn(to, true)
    const same = JSON.stringify(to) === JSON.stringify(operation.from.slice(0, -1))
    const inside = to.length >= operation.from.length && operation.from.every((step, at) => step === to[at])
    // A move that changes the index path of its own target is not one that a designer can ask for.
    const shifts = to.length > operation.from.length - 1 && operation.from.slice(0, -1).every((step, at) => step === to[at]) && !same
    return isSeq(list) && !inside && !shifts && (operation.to.at(-1) as number) <= list.items.length - (same ? 1 : 0)
  }
  if (operation.kind === 'insertItem') {
    const list = parse(text).getIn(operation.list, true)
    return isSeq(list) && operation.index <= list.items.length
  }
  return operation.kind !== 'setKey' || isMap(operation.map.length ? parse(text).getIn(operation.map, true) : parse(text).contents)
}

describe('fuzz', () => {
  for (const [eol, convert] of [['LF', (t: string) => t], ['CRLF', (t: string) => t.replaceAll('\n', '\r\n')]] as const) {
    it(`never gives a wrong text (${eol})`, { timeout: 300_000 }, () => {
      const corpus = [...definitions(APPS), HARD].map(convert)
      const chance = seeded(eol === 'LF' ? 7 : 11)
      let done = 0
      let refused = 0
      for (let round = 0; round < 1500; round++) {
        const text = corpus[chance(corpus.length)] as string
        const operation = anyOperation(text, chance)
        if (!operation || !isSensible(text, operation)) continue
        const result = commit(text, [operation])
        if (result.ok) {
          done++
          if (operation.kind === 'setValue') expect(changedLines(text, result.text)).toBeLessThanOrEqual(linesOf(text, operation.path))
          if (operation.kind === 'moveItem') expect(bag(result.text)).toEqual(bag(text))
          const [removed, added] = touched(text, result.text)
          if (operation.kind === 'insertItem' || (operation.kind === 'setKey' && !(parse(text).hasIn([...operation.map, operation.key])))) expect(removed.trim(), text).toMatch(/^(\[\s*\])?$/)
          // An emptied list becomes `[]`; where the text taken out ended in `]` too, that one counts as untouched.
          if (operation.kind === 'removeItem' || operation.kind === 'removeKey') expect(added.trim(), text).toMatch(/^(\[\]?)?$/)
        } else {
          expect(result.reason, JSON.stringify(operation) + '\n' + text).toBe('layout')
          refused++
        }
      }
      expect(done).toBeGreaterThan(600)
      expect(refused / (done + refused)).toBeLessThan(0.25)
    })
  }
})

/** All words of the text but the marks of lists, so that a move changes nothing but places. */
const bag = (text: string): string[] => text.replace(/[[\]\-,"']/g, ' ').split(/\s+/).filter(Boolean).toSorted()

/** What was taken out of a text and what was put in its place; before and behind it every byte is as it was. */
function touched(before: string, after: string): [removed: string, added: string] {
  let from = 0
  while (from < before.length && before[from] === after[from]) from++
  let end = 0
  while (end < Math.min(before.length, after.length) - from && before.at(-1 - end) === after.at(-1 - end)) end++
  return [before.slice(from, before.length - end), after.slice(from, after.length - end)]
}

/** How many lines the value at a path stands on, with the line of its key. */
function linesOf(text: string, path: Path): number {
  const range = (parse(text).getIn(path, true) as { range?: [number, number, number] } | undefined)?.range
  return range ? Math.max(1, text.slice(range[0], range[1]).split('\n').length) : 1
}

function changedLines(before: string, after: string): number {
  const a = before.split('\n')
  const b = after.split('\n')
  let from = 0
  while (from < a.length && a[from] === b[from]) from++
  let end = 0
  while (end < a.length - from && end < b.length - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return Math.max(a.length, b.length) - from - end
}

describe('keys like numbers', () => {
  const text = 'choices:\n  "10": {label: 十}\n  "2": {label: 二}\n  x: {label: 其他}\n'

  it('stand in the order of the text', () => {
    const model = modelOf(parse(text)) as { choices: Record<string, never> }

    expect([...(dataOf(parse(text)) as Map<string, Map<string, Data>>).get('choices')!.keys()]).toEqual(['10', '2', 'x'])
    expect(entriesOf(model.choices).map(([key]) => key)).toEqual(['10', '2', 'x'])
  })

  it('are renamed where they stand', () => {
    const renamed = commit(text, [{ kind: 'renameKey', path: ['choices', '2'], name: '1' }])

    expect(renamed.ok && renamed.text).toBe('choices:\n  "10": {label: 十}\n  "1": {label: 二}\n  x: {label: 其他}\n')
  })

  it('called like a part of every object are keys like others', () => {
    expect(commit('a: 1\n', [{ kind: 'setKey', map: [], key: '__proto__', value: 'x', order: [] }])).toEqual({ ok: true, text: 'a: 1\n__proto__: x\n' })
  })
})

describe('what a designer does', () => {
  it('moves an item with the comments that belong to it', () => {
    const result = commit(HARD, [{ kind: 'moveItem', from: ['layout', 0, 'items', 0], to: ['layout', 0, 'items', 1] }])

    expect(result.ok && result.text.split('\n').slice(7, 12).join('\n')).toBe(
      '    items:\n      - {field: amount, span: 2}   # aligned\n        # deeper: belongs to amount\n      # belongs to customer\n      - customer',
    )
  })

  it('adds an item to a list that was empty', () => {
    const result = commit(HARD, [{ kind: 'insertItem', list: ['layout', 2, 'items'], index: 0, value: 'guarantee' }])

    expect(result.ok && result.text).toContain('    label: {zh: 三, en: Three}\n    items:\n      - guarantee\n  # at the end of the list\n')
  })

  it('adds an item to an inline list and keeps the others as they were', () => {
    const result = commit(HARD, [{ kind: 'insertItem', list: ['layout', 1, 'items'], index: 1, value: { field: 'x', span: 2 } }])

    expect(result.ok && result.text).toContain("items: [a, {field: x, span: 2}, 'b', {field: c}]")
  })

  it('makes an inline map of a bare item when a property is set', () => {
    const result = commit(HARD, [{ kind: 'setValue', path: ['layout', 0, 'items', 0], value: { field: 'customer', span: 2 } }])

    expect(result.ok && result.text).toContain('      # belongs to customer\n      - {field: customer, span: 2}\n')
  })

  it('puts a key at the place that the schema gives it', () => {
    const result = commit(HARD, [{ kind: 'setKey', map: ['layout', 0], key: 'visible', value: 'amount > 500000', order: ['section', 'label', 'columns', 'visible', 'items'] }])

    expect(result.ok && result.text).toContain('    label: {zh: 一, en: One}\n    visible: amount > 500000\n    items:\n')
  })

  it('quotes what a reader could take for something else', () => {
    const result = commit('a: x\n', [{ kind: 'setValue', path: ['a'], value: '012' }])

    expect(result).toEqual({ ok: true, text: 'a: "012"\n' })
  })

  it('refuses while the text has a syntax error', () => {
    expect(commit('a: [1\n', [{ kind: 'setValue', path: ['a'], value: 'b' }])).toEqual({ ok: false, reason: 'syntax' })
  })

  it('does nothing at all when one of several operations is refused', () => {
    const operations: Operation[] = [
      { kind: 'setValue', path: ['note'], value: 'x' },
      { kind: 'removeKey', path: ['layout', 0, 'label', 'zh'] },
      { kind: 'removeKey', path: ['layout', 0, 'label', 'en'] },
    ]
    const result = commit(HARD, operations)

    expect(result.ok || result.reason).not.toBe('check')
  })
})
