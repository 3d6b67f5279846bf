import { describe, expect, it } from 'vitest'
import { toBase64 } from './base64'

describe('base64', () => {
  it.each([0, 1, 2, 3, 100, 0x8000, 0x8001, 100_003])('writes %i bytes as they are', size => {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) % 256)
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})
