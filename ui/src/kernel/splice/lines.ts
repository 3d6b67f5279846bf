/** Lines of a text: where they begin and end, how deep they are, and edits on them. */

export type Edit = readonly [from: number, to: number, text: string]
export type Path = readonly (string | number)[]

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1

export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at)
  return found < 0 ? text.length : found + 1
}

export const depth = (line: string): number => line.search(/[^ ]|$/)
export const isComment = (line: string): boolean => /^ *#/.test(line)
export const newline = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

/** Every non-empty line moved to the right, or to the left as far as its own spaces go. */
export const shift = (lines: string, by: number): string =>
  lines.replace(/^[^\r\n]+/gm, line => (by > 0 ? ' '.repeat(by) + line : line.slice(Math.min(-by, depth(line)))))

/** All edits on one text, given in places of the text before them. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b[0] - a[0] || b[1] - a[1])
    .reduce((result, [from, to, inserted]) => result.slice(0, from) + inserted + result.slice(to), text)
}

/** Whole lines put at a place that may be the end of a file without a last line end. */
export function wholeLines(text: string, at: number, lines: string): string {
  const end = newline(text)
  const closed = lines.endsWith('\n') ? lines : lines + end
  return at > 0 && text[at - 1] !== '\n' ? end + closed : closed
}
