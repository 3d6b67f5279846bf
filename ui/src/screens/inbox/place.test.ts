import { expect, test } from 'vitest'
import { endOf, placeOf } from './place'

const there = (address: string) => placeOf(new URLSearchParams(address))

test('an address leads back to the same part of the list', () => {
  for (const end of ['', '?box=done', '?overdue=1', '?unit=u1', '?overdue=1&unit=u1']) expect(endOf(there(end))).toBe(end)
})

test('only what is to do is narrowed, and an unknown box is what is to do', () => {
  expect(there('?box=copies&overdue=1&unit=u1')).toEqual({ box: 'copies', only: { overdue: false, unit: '' } })
  expect(there('?box=other').box).toBe('todo')
})
