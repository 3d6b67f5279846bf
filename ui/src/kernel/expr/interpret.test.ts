import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { answer, interpret, readsOf, toJson } from './interpret'
import type { Facts, Ir } from './types'

const day = (text: string): Ir => ['lit', 'date', text]
const num = (text: string): Ir => ['lit', 'number', text]
const fn = (name: string, ...args: readonly Ir[]): Ir => ['fn', name, args]
const value = (ir: Ir, facts: Facts = {}) => toJson(interpret(ir, facts))

test('The pitfalls of numbers have the values of the language', () => {
  expect(value(fn('div', num('7'), num('2')))).toBe('3.5')
  expect(value(fn('fdiv', num('-7'), num('2')))).toBe('-4')
  expect(value(fn('mod', num('-7'), num('3')))).toBe('2')
  expect(value(fn('mod', num('-7.5'), num('2')))).toBe('0.5')
  expect(value(fn('div', num('1'), num('0')))).toBe(null)
  expect(value(fn('round', num('2.675'), num('2')))).toBe('2.68')
  expect(value(fn('round', num('-2.5'), num('0')))).toBe('-3')
  expect(value(fn('round', num('1250'), num('-2')))).toBe('1300')
  expect(value(fn('add', num('9007199254740992'), num('1')))).toBe('9007199254740993')
  expect(value(fn('mul', num('5000000000000000000'), num('5000000000')))).toBe(null)
})

test('Dates clamp to the end of the month and do not leave the calendar', () => {
  expect(value(fn('add_months', day('2025-01-31'), num('1')))).toBe('2025-02-28')
  expect(value(fn('dadd', day('9999-12-31'), num('1')))).toBe(null)
  expect(value(fn('dsub', day('2025-03-01'), day('0001-01-01')))).toBe('739310')
  expect(value(fn('weekday', day('2026-11-29')))).toBe('7')
})

test('The payment of a loan is the same to the last digit as on the server', () => {
  expect(value(fn('round', fn('annuity', num('300000'), fn('div', num('4.2'), num('1200')), num('36')), num('2')))).toBe('8883.91')
})

test('The paths that an expression reads include rows and what stands inside an aggregate', () => {
  const ir: Ir = ['and', [['eq', 'text', ['col', 'text', 'customer.level'], ['lit', 'text', 'col']], ['agg', 'any', 'incomes', ['cmp', 'number', '>', ['ccol', 'number', 'amount'], ['col', 'number', 'limit']], null, 'boolean']]]

  expect([...readsOf(ir)].sort()).toEqual(['customer.level', 'incomes', 'limit'])
})

interface Case { readonly name: string, readonly ir: Ir | null, readonly facts?: Facts, readonly value: unknown }

const CASES = new URL('../../../../tests/expr/cases.yaml', import.meta.url)

test('Every shared case has the value that the server gives', () => {
  // The same table that Python and both databases are checked with.
  const { cases } = parse(readFileSync(CASES, 'utf8')) as { cases: readonly Case[] }
  expect(cases.length).toBeGreaterThan(100)
  for (const { name, ir, facts, value: expected } of cases) {
    if (ir) expect([name, value(ir, { timezone: 'Asia/Shanghai', ...facts })]).toEqual([name, expected])
  }
})

test('Beyond the part of a table that the page has only the server can tell', () => {
  const between: Ir = ['fn', 'is_business_day', [day('2026-01-01')]], rate: Ir = ['fn', 'in_base', [num('10'), ['lit', 'text', 'USD'], day('2025-12-31')]]
  const calendar = { first: '2026-01-05', days: '11111' }, rates = { base: 'CNY', rates: { USD: [['2025-12-01', '7.1']] as const } }

  expect(answer(between, { calendar })).toBe(null)
  expect(answer(between, { calendar: { ...calendar, cut: true } })).toBe(undefined)
  expect(toJson(answer(rate, { rates }) ?? null)).toBe('71')
  expect(answer(rate, { rates: { ...rates, since: '2026-01-01' } })).toBe(undefined)
})
