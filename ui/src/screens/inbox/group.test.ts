import { expect, test } from 'vitest'
import { groupOf } from './group'

const NOW = new Date('2026-11-24T06:00:00.000Z') // a Tuesday, 14:00 in Shanghai

test.each([
  ['2026-11-24T05:59:00.000Z', 'late'], ['2026-11-24T07:00:00.000Z', 'today'], ['2026-11-24T16:30:00.000Z', 'week'],
  ['2026-11-29T10:00:00.000Z', 'week'], ['2026-11-29T16:00:00.000Z', 'later'], [null, 'open_end'],
])('A task due at %s stands under %s', (due, group) => {
  expect(groupOf({ due_at: due }, NOW)).toBe(group)
})
