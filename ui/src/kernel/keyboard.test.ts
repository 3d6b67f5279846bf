import { expect, test } from 'vitest'
import { chordOf, isSingleKey } from './keyboard'

const press = (key: string, more: Partial<Parameters<typeof chordOf>[0]> = {}) =>
  chordOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

test('only a character typed alone is a single key', () => {
  expect(['j', '/', '1', 'é'].map(key => isSingleKey(press(key)))).toEqual([true, true, true, true])
  expect([press('j', { ctrlKey: true }), press('n', { altKey: true }), press('Enter'), press(' '), press('Escape'), press('A', { shiftKey: true })].map(isSingleKey))
    .toEqual([false, false, false, false, false, false])
})
