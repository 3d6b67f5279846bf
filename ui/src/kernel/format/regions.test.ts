import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { belowOf, pathOf, readRegions, stepsOf } from './regions'

const regions = readRegions(readFileSync('../forms_dsl/fieldtypes/regions.csv', 'utf8'))

describe('regions', () => {
  it('names from province to county', () => {
    expect(pathOf(regions, '440305')).toBe('广东省 深圳市 南山区')
    expect(pathOf(regions, '110101')).toBe('北京市 东城区')
    expect(pathOf(regions, '999999')).toBe('999999')
  })

  it('leads down one step at a time', () => {
    expect(belowOf(regions, null)).toContain('440000')
    expect(belowOf(regions, '440000')).toContain('440300')
    expect(belowOf(regions, '440300')).toContain('440305')
    expect(belowOf(regions, '440305')).toEqual([])
  })

  it('reaches every division', () => {
    for (const code of regions.keys()) {
      const steps = stepsOf(code), above = steps.at(-2) ?? null
      expect(belowOf(regions, steps.length === 1 ? null : above)).toContain(code)
    }
  })
})
