import { expect, test } from 'vitest'
import { Refusal, Unreachable, refusalOf } from './failure'
import { makeOnce } from './once'

const failing = (error: Error, keys: string[]) => async (key: string) => {
  keys.push(key)
  throw error
}

test('what is sent again after a lost answer has the same key; another text has another', async () => {
  const once = makeOnce(), keys: string[] = []
  for (const what of ['a', 'a', 'b']) await once(what, failing(new Unreachable(null), keys)).catch(() => null)
  await once('b', failing(new Refusal(504, {}), keys)).catch(() => null)

  expect(keys[0]).toBe(keys[1])
  expect(keys[2]).toBe(keys[3])
  expect(new Set(keys).size).toBe(2)
})

test('after an answer, also a refusal, the same is a new act', async () => {
  const once = makeOnce(), keys: string[] = []
  await once('a', failing(new Refusal(422, {}), keys)).catch(() => null)
  await once('a', async key => keys.push(key))
  await once('a', async key => keys.push(key))

  expect(new Set(keys).size).toBe(3)
})

test('an answer that is no problem+json is told by its status, not in English', async () => {
  const refusal = await refusalOf(new Response('<h1>Bad Gateway</h1>', { status: 502, statusText: 'Bad Gateway', headers: { 'content-type': 'text/html' } }))

  expect([refusal.detail, refusal.message]).toEqual(['', 'HTTP 502'])
})
