import { describe, expect, it } from 'vitest'
import { parseLength, showLength } from './lengths'

describe('lengths of time', () => {
  it.each([['90', 90], ['1h30m', 90], ['1h 30m', 90], ['2d', 2880], ['1天2小时', 1560], ['3小时', 180], ['45分钟', 45], [' 0 ', 0]])('reads %s', (text, minutes) => {
    expect(parseLength(text)).toBe(minutes)
  })

  it.each(['', 'soon', '1x', '-5', '1.5h', 'h'])('refuses %s', text => {
    expect(parseLength(text)).toBeNull()
  })

  it.each([[90, '1 小时 30 分钟', '1h 30m'], [2880, '2 天', '2d'], [0, '0 分钟', '0m'], [1501, '1 天 1 小时 1 分钟', '1d 1h 1m']])('writes %i', (minutes, zh, en) => {
    expect([showLength(minutes, 'zh'), showLength(minutes, 'en')]).toEqual([zh, en])
  })

  it('reads what it writes', () => {
    for (let minutes = 0; minutes < 20_000; minutes += 37) for (const locale of ['zh', 'en'] as const) expect(parseLength(showLength(minutes, locale))).toBe(minutes)
  })
})
