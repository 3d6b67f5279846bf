import { expect, test } from 'vitest'
import { atFields } from './faults'

const fault = (pointer: string | undefined, message: string) => ({ code: 'P454', message, ...(pointer === undefined ? {} : { pointer }) })

test('a finding stands at its field, several at one stand together', () => {
  expect(atFields([fault('/username', 'taken.'), fault('/username', 'too long.')], ['username'])).toEqual({ at: { username: 'taken. too long.' }, elsewhere: false })
})

test('what is about no field of the dialog is shown as the refusal that it is', () => {
  expect(atFields([], ['username']).elsewhere).toBe(true)
  expect(atFields([fault('/unit', 'gone.'), fault(undefined, 'no.')], ['username'])).toEqual({ at: {}, elsewhere: true })
})
