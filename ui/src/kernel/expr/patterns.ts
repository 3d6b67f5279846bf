/** Patterns as automata from the server (docs/expressions.md 3.1), followed by all states at once: linear whatever a pattern says. */
import { isDay } from './dates'

/** What a state reads: pairs of bounds in one text, whether all others are meant, and the state behind. */
type Read = readonly [ranges: string, negated: boolean, to: number] | null

export interface Pattern {
  /** The named pattern whose check digits must agree too. */
  readonly check: string | null
  readonly start: number
  readonly end: number
  readonly reads: readonly Read[]
  readonly free: readonly (readonly number[])[]
}

function isRead(character: string, [ranges, negated]: NonNullable<Read>): boolean {
  const point = character.codePointAt(0) ?? 0
  const bounds = Array.from(ranges, each => each.codePointAt(0) ?? 0)
  const within = bounds.some((low, at) => at % 2 === 0 && low <= point && point <= (bounds[at + 1] ?? low))
  return within !== negated
}

/** The states and all that are reached from them without reading. */
function closed(states: ReadonlySet<number>, pattern: Pattern): Set<number> {
  const found = new Set(states), waiting = [...states]
  for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
    for (const next of pattern.free[state] ?? []) {
      if (!found.has(next)) {
        found.add(next)
        waiting.push(next)
      }
    }
  }
  return found
}

/** Whether the whole text has the form of the pattern, check digits included. */
export function fits(text: string, pattern: Pattern): boolean {
  let current = closed(new Set([pattern.start]), pattern)
  for (const character of text) {
    const next = new Set<number>()
    for (const state of current) {
      const read = pattern.reads[state]
      if (read && isRead(character, read)) next.add(read[2])
    }
    if (next.size === 0) return false
    current = closed(next, pattern)
  }
  return current.has(pattern.end) && (pattern.check === null || (CHECKS[pattern.check]?.(text) ?? true))
}

const digit = (character: string | undefined): number => Number(character ?? '0')

/** GB 11643: a day of birth that exists, and the check digit. */
function isIdCard(text: string): boolean {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const born = `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`
  const sum = weights.reduce((total, weight, at) => total + digit(text[at]) * weight, 0)
  return isDay(born) && '10X98765432'[sum % 11] === text[17]
}

/** GB 32100: the weighted sum of the first seventeen characters. */
function isUnifiedCode(text: string): boolean {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'
  let weight = 1, sum = 0
  for (const character of text.slice(0, 17)) {
    sum += alphabet.indexOf(character) * weight
    weight = (weight * 3) % 31
  }
  return alphabet[(31 - (sum % 31)) % 31] === text[17]
}

/** ISO/IEC 7812, the formula of Luhn. */
function isLuhn(text: string): boolean {
  const sum = [...text].toReversed().reduce((total, character, at) => {
    const doubled = digit(character) * (at % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

/** ISO 17442: the number of all characters leaves 1 when divided by 97. */
function isLei(text: string): boolean {
  const spelled = [...text].map(character => parseInt(character, 36).toString()).join('')
  return BigInt(spelled) % 97n === 1n
}

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = { id_card: isIdCard, uscc: isUnifiedCode, bank_card: isLuhn, lei: isLei }
