import { expect, test } from 'vitest'
import { COLOURS, colour, type Colour, type Scheme } from './tokens'

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(a: string, b: string): number {
  const [bright, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number]
  return (bright + 0.05) / (dark + 0.05)
}

const pairs: readonly [Colour, Colour][] = [
  ...(['card', 'page', 'head', 'brand-tint', 'seal-tint', 'ok-tint', 'warning-tint', 'neutral-tint', 'selected'] as const).flatMap(
    ground => [['ink', ground], ['secondary', ground]] as [Colour, Colour][],
  ),
  ['hint', 'card'], ['hint', 'page'], ['hint', 'head'],
  ['brand', 'card'], ['brand', 'page'], ['brand', 'brand-tint'], ['brand', 'selected'], ['on-brand', 'brand'], ['on-brand', 'brand-hover'],
  ['seal', 'card'], ['seal', 'page'], ['seal', 'seal-tint'], ['on-seal', 'seal'],
  ['ok', 'ok-tint'], ['ok', 'card'], ['warning', 'warning-tint'], ['warning', 'card'],
]

test.each(['light', 'dark'] as const)('Every text of the %s face has a contrast of at least 4.5', (scheme: Scheme) => {
  const weak = pairs.filter(([text, ground]) => contrast(colour(text, scheme), colour(ground, scheme)) < 4.5)

  expect(weak).toEqual([])
})

test('The focus ring has a contrast of at least 3 on every ground', () => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const ground of ['card', 'page', 'brand-tint'] as const) {
      expect(contrast(colour('focus', scheme), colour(ground, scheme))).toBeGreaterThanOrEqual(3)
    }
  }
  expect(Object.keys(COLOURS)).toContain('focus')
})
