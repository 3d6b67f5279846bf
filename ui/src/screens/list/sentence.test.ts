import { expect, test } from 'vitest'
import { both, conditionsOf, expressionOf, normalised, type Condition } from './sentence'

const TYPES: Readonly<Record<string, string>> = {
  'level': 'choice', 'monthly_income': 'money', 'opened_on': 'date', 'full_name': 'text', 'branch': 'reference', 'marketing_consent': 'boolean', 'tags': 'multi_choice', 'customer.full_name': 'text',
}
const typeOf = (path: string) => TYPES[path] ?? 'text'

const CASES: readonly (readonly [Condition, string])[] = [
  [{ path: 'level', operator: 'in', values: ['4'] }, 'level == "4"'],
  [{ path: 'level', operator: 'in', values: ['4', '5'] }, 'level in ["4", "5"]'],
  [{ path: 'level', operator: 'not_in', values: ['1', '2'] }, 'level not in ["1", "2"]'],
  [{ path: 'level', operator: 'ge', values: ['3'] }, 'level >= "3"'],
  [{ path: 'monthly_income', operator: 'ge', values: ['-1000000.50'] }, 'monthly_income >= -1000000.50'],
  [{ path: 'opened_on', operator: 'le', values: ['2026-03-01'] }, 'opened_on <= date(2026, 3, 1)'],
  [{ path: 'full_name', operator: 'contains', values: ['a "b\\c" and x == 1'] }, 'contains(full_name, "a \\"b\\\\c\\" and x == 1")'],
  [{ path: 'customer.full_name', operator: 'starts', values: ['张'] }, 'starts_with(customer.full_name, "张")'],
  [{ path: 'branch', operator: 'eq', values: ['0199-x'] }, 'branch == "0199-x"'],
  [{ path: 'marketing_consent', operator: 'eq', values: ['true'] }, 'marketing_consent == true'],
  [{ path: 'tags', operator: 'has', values: ['vip'] }, '"vip" in tags'],
  [{ path: 'full_name', operator: 'missing', values: [] }, 'is_missing(full_name)'],
  [{ path: 'full_name', operator: 'present', values: [] }, 'not is_missing(full_name)'],
]

test.each(CASES)('The condition %o is written as %s and read back', (condition, text) => {
  expect(expressionOf([condition], typeOf)).toBe(text)
  expect(conditionsOf(text)?.map(each => normalised(each, typeOf(each.path)))).toEqual([condition])
})

test('All conditions together are one expression and come back in order', () => {
  const all = CASES.map(([condition]) => condition)

  expect(conditionsOf(expressionOf(all, typeOf))?.map(each => normalised(each, typeOf(each.path)))).toEqual(all)
})

test('What says more than conditions joined by and stays as it is', () => {
  for (const text of ['level == "1" or level == "2"', 'not (level == "1")', 'created_by == user.id', 'a + 1 > 2', 'level ==', '(level == "1")', 'date(2026, 2, 30) == opened_on', '"x']) {
    expect([text, conditionsOf(text)]).toEqual([text, null])
  }
})

test('Two filters keep their own meaning when both must hold', () => {
  expect(both('a == 1 or b == 2', 'c == 3')).toBe('(a == 1 or b == 2) and (c == 3)')
  expect(both('', 'c == 3')).toBe('c == 3')
})
