import { expect, test } from 'vitest'
import { refusedName } from '../commands/rename_field'
import { isIn } from './published'

const LIVE = 'entity: loan\nfields:\n  amount: {type: money}\n'

test('a field that only the draft has can be named anew, one that is live cannot', () => {
  expect([isIn(LIVE, 'amount', false), isIn(LIVE, 'text_1', false)]).toEqual([true, false])
  expect([isIn(null, 'amount', false), isIn(undefined, 'amount', false), isIn(undefined, 'amount', true)]).toEqual([false, true, false])
})

test('a name that cannot be is told why', () => {
  expect(['Amount', '1st', 'note', 'amount', 'x'.repeat(49)].map(name => refusedName(name, ['amount']))).toEqual(['rule', 'rule', null, 'taken', 'rule'])
})
