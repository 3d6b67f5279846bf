import { expect, test } from 'vitest'
import type { Me } from '../../kernel/api/types'
import { landingOf, type Group } from './menu'

const me = (platform_roles: readonly string[], open_tasks = 0, roles: Me['roles'] = {}) => ({ platform_roles, open_tasks, roles }) as unknown as Me
const lists: readonly Group[] = [{ key: 'bank', text: '', entries: [{ to: '/app/bank/list/customers', text: '', icon: 'list' }] }]

test('each post lands on what only it can do; open work goes first', () => {
  expect(landingOf(me(['publisher']), [])).toBe('/builder/reviews')
  expect(landingOf(me(['designer']), lists)).toBe('/builder')
  expect(landingOf(me(['administrator']), [])).toBe('/platform')
  expect(landingOf(me(['auditor']), [])).toBe('/audit')
  expect(landingOf(me([], 0, { bank: ['clerk'] }), lists)).toBe('/app/bank/list/customers')
  expect(landingOf(me(['publisher'], 2), lists)).toBe('/tasks')
  expect(landingOf(me([]), [])).toBe(null)
})
