import { expect, test } from 'vitest'
import { dayIn, parseDay, showDay, showInstant, timeLeft } from './dates'

const NOW = new Date('2026-11-24T06:00:00.000Z')

test('A day is what eight digits say, and nothing while they say no day', () => {
  expect(parseDay('20361105')).toBe('2036-11-05')
  expect(parseDay('2036-11-05')).toBe('2036-11-05')
  expect(parseDay('20260230')).toBe(null)
  expect(parseDay('203611')).toBe(null)
})

test('An instant is shown on the bank’s day, not on that of UTC', () => {
  expect(dayIn('2026-11-23T16:30:00.000Z')).toBe('2026-11-24')
  expect(showInstant('2026-11-23T16:30:00.000Z', 'zh', NOW)).toBe('11-24 00:30')
  expect(showInstant('2025-11-23T16:30:00.000Z', 'en', NOW)).toBe('24 Nov 2025, 00:30')
})

test('A day has no zone', () => {
  expect(showDay('2019-07-31', 'zh')).toBe('2019-07-31')
  expect(showDay('2019-07-31', 'en')).toBe('31 Jul 2019')
})

test('A deadline within two hours is soon, a passed one is late', () => {
  expect(timeLeft('2026-11-24T07:52:00.000Z', NOW)).toEqual({ late: false, soon: true, today: true, minutes: 112 })
  expect(timeLeft('2026-11-24T05:00:00.000Z', NOW)).toEqual({ late: true, soon: false, today: true, minutes: 60 })
  expect(timeLeft('2026-11-25T05:00:00.000Z', NOW).today).toBe(false)
})
