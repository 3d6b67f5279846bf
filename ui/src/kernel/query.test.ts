import { expect, test } from 'vitest'
import { Refusal, Unreachable } from './api/failure'
import { stopOf } from './query'

const lost = new Unreachable(null), gone = new Refusal(404, {})

test('a lost connection takes nothing from the screen that is there', () => {
  expect(stopOf({ data: {}, error: lost }, { data: {}, error: null })).toBe(null)
  expect(stopOf({ data: {}, error: new Refusal(503, {}) })).toBe(null)
})

test('without an answer, or when what is shown is refused by now, there is nothing to draw', () => {
  expect(stopOf({ data: {}, error: null }, { data: undefined, error: lost })).toBe(lost)
  expect(stopOf({ data: {}, error: gone })).toBe(gone)
})
