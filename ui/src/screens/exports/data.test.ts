import { describe, expect, it } from 'vitest'
import { askedOf, onlyThese } from './data'

describe('what is asked of an export', () => {
  it('leaves out what is not asked', () => {
    expect(askedOf({ where: 'cost > 1', order: '', search: '', segment: '', select: 'cost' }, 'csv')).toEqual({ where: 'cost > 1', select: 'cost', format: 'csv' })
  })

  it('names the selected records', () => {
    expect(onlyThese(['a', 'b-1'])).toBe('id in ["a", "b-1"]')
  })
})
