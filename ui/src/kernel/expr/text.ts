/** Text by Unicode code points; a text without characters is missing (docs/expressions.md 4.2). */

const SPACE = '\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff'
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g')

export const orMissing = (text: string): string | null => (text === '' ? null : text)
/** Without white space at both ends; exactly the white space that the server knows. */
export const trim = (text: string): string | null => orMissing(text.replaceAll(AROUND, ''))
export const length = (text: string): number => [...text].length

/** `count` characters from position `start` (the first is 1), those that exist. */
export function middle(text: string, start: number, count: number): string | null {
  const from = Math.max(start, 1), to = start + count
  return to <= from ? null : orMissing([...text].slice(from - 1, to - 1).join(''))
}

export const left = (text: string, count: number): string | null => middle(text, 1, count)
export const right = (text: string, count: number): string | null => (count <= 0 ? null : orMissing([...text].slice(-count).join('')))

/** Order by code point; JavaScript's own `<` goes by UTF-16 units and puts emoji before U+FF61. */
export function compare(a: string, b: string): number {
  const other = b[Symbol.iterator]()
  for (const character of a) {
    const { value, done } = other.next()
    if (done) return 1
    const by = (character.codePointAt(0) ?? 0) - (value.codePointAt(0) ?? 0)
    if (by !== 0) return by
  }
  return other.next().done ? 0 : -1
}
