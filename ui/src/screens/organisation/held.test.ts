import { expect, test } from 'vitest'
import { countedOn, faultsOfDays, leaderOf, momentsOf, periodOfGrant, shownOf } from './held'
import type { Grant, HeldState, Post, Unit } from './types'

const given = { id: 'g', reason: 'r', given_by: null, given_at: '2026-03-01T02:00:00.000Z', ended_by: null, ended_at: null, end_reason: null, state: 'holds' as HeldState }
const grant = (more: Partial<Grant>): Grant => ({ ...given, app: 'loan', role: 'clerk', label: {}, from: '2026-03-01T02:00:00.000Z', until: null, ...more })
const post = (more: Partial<Post>): Post => ({ ...given, post: '行长', unit: { id: 'u', name: 'U' }, from: null, to: null, ...more })
const unit = (id: string, parent: string | null, leader: string | null): Unit => ({ id, parent, leader: leader ? { id: leader, name: leader } : null, code: id, name: id, region: null, department: false, people: 0, depth: 0 })

test('a role that ends at midnight in the zone of the bank counts through the day before', () => {
  expect(periodOfGrant(grant({ until: '2026-12-31T16:00:00.000Z' }))).toEqual({ first: '2026-03-01', last: '2026-12-31', until: null })
  expect(periodOfGrant(grant({ until: '2026-12-31T09:30:00.000Z' }))).toEqual({ first: '2026-03-01', last: '2026-12-31', until: '2026-12-31T09:30:00.000Z' })
})

test('typed days become the moments that show as the same days again', () => {
  const sent = momentsOf({ from: '2026-12-01', to: '2026-12-31' }, '2026-11-24')
  expect(sent).toEqual({ from: '2026-11-30T16:00:00.000Z', until: '2026-12-31T16:00:00.000Z' })
  expect(periodOfGrant({ from: sent.from ?? null, until: sent.until ?? null })).toMatchObject({ first: '2026-12-01', last: '2026-12-31' })
})

test('from today on is from now on, and no last day is for ever', () => {
  expect(momentsOf({ from: '2026-11-24', to: null }, '2026-11-24')).toEqual({})
  expect(momentsOf({ from: null, to: '2026-11-24' }, '2026-11-24')).toEqual({ until: '2026-11-24T16:00:00.000Z' })
})

test('what counted on a day: begun, not over, and not ended before it', () => {
  const days = ['2026-02-28', '2026-03-01', '2026-06-30', '2026-07-01']
  expect(days.map(day => countedOn(grant({ until: '2026-06-30T16:00:00.000Z' }), day))).toEqual([false, true, true, false])
  expect(days.map(day => countedOn(grant({ ended_at: '2026-03-01T04:00:00.000Z', state: 'ended' }), day))).toEqual([false, true, false, false])
  expect(days.map(day => countedOn(post({ to: '2026-06-30' }), day))).toEqual([false, true, true, false])
})

test('what was given without a first day and without a trace of its giving counts always', () => {
  expect(countedOn(post({ given_at: null }), '1999-01-01')).toBe(true)
})

test('a view shows what is open, all, or one day', () => {
  const all = [post({ id: 'a' }), post({ id: 'b', state: 'ahead', from: '2027-01-01' }), post({ id: 'c', state: 'ended', ended_at: '2026-04-01T00:00:00.000Z' }), post({ id: 'd', state: 'over', to: '2026-03-31' })]
  const ids = (shown: Parameters<typeof shownOf>[1]) => shownOf(all, shown).map(each => each.id).join('')
  expect([ids('now'), ids('all'), ids({ on: '2026-03-31' }), ids({ on: '2026-04-02' })]).toEqual(['ab', 'abcd', 'acd', 'a'])
})

test('days that cannot be are said at their field', () => {
  const today = '2026-11-24'
  expect(faultsOfDays({ from: '2026-11', to: '2026-13-01' }, today)).toEqual({ from: 'day', to: 'day' })
  expect(faultsOfDays({ from: '2026-12-02', to: '2026-12-01' }, today)).toEqual({ to: 'order' })
  expect(faultsOfDays({ from: null, to: '2026-11-23' }, today)).toEqual({ to: 'past' })
  expect(faultsOfDays({ from: null, to: today }, today)).toEqual({})
})

test('who leads a unit is led by the leader above', () => {
  const units = [unit('top', null, 'chief'), unit('mid', 'top', null), unit('low', 'mid', 'head')]
  expect(leaderOf({ id: 'clerk', unit: { id: 'low' } }, units)?.leader.id).toBe('head')
  expect(leaderOf({ id: 'head', unit: { id: 'low' } }, units)).toMatchObject({ leader: { id: 'chief' }, unit: { id: 'top' } })
  expect(leaderOf({ id: 'chief', unit: { id: 'top' } }, units)).toBeNull()
  expect(leaderOf({ id: 'x', unit: null }, units)).toBeNull()
})
