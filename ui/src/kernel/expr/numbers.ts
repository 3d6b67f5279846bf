/** Exact numbers in units of 1e-16: every operation is exact and then limited (docs/expressions.md 4.1). */

const PLACES = 16
export const UNIT = 10n ** 16n
/** At and above this size a result is missing. */
const LIMIT = 10n ** 38n
const WHOLE_LIMIT = 999_999_999_999_999

const absolute = (x: bigint): bigint => (x < 0n ? -x : x)
export const limited = (x: bigint): bigint | null => (absolute(x) >= LIMIT ? null : x)
export const isWhole = (x: bigint): boolean => x % UNIT === 0n
/** The whole part, cut toward zero. */
export const cut = (x: bigint): bigint => x / UNIT
export const whole = (x: number | bigint): bigint => BigInt(x) * UNIT

/** The quotient rounded half away from zero. */
function quotient(a: bigint, b: bigint): bigint {
  const negative = a < 0n !== b < 0n
  const top = absolute(a), bottom = absolute(b)
  const rounded = (2n * top + bottom) / (2n * bottom)
  return negative ? -rounded : rounded
}

function floorQuotient(a: bigint, b: bigint): bigint {
  const q = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q
}

export const add = (a: bigint, b: bigint): bigint | null => limited(a + b)
export const sub = (a: bigint, b: bigint): bigint | null => limited(a - b)
export const mul = (a: bigint, b: bigint): bigint | null => limited(quotient(a * b, UNIT))
export const div = (a: bigint, b: bigint): bigint | null => (b === 0n ? null : limited(quotient(a * UNIT, b)))
export const fdiv = (a: bigint, b: bigint): bigint | null => (b === 0n ? null : limited(floorQuotient(a, b) * UNIT))
export const mod = (a: bigint, b: bigint): bigint | null => (b === 0n ? null : limited(a - b * floorQuotient(a, b)))
export const floor = (x: bigint): bigint | null => limited(floorQuotient(x, UNIT) * UNIT)
export const ceil = (x: bigint): bigint | null => limited(-floorQuotient(-x, UNIT) * UNIT)
export const size = absolute

export type Rounding = 'round' | 'round_even' | 'round_up' | 'round_down'

/** Rounded to `places` (-22 … 16) by one of the four rules. */
export function round(x: bigint, places: bigint, rule: Rounding): bigint | null {
  const step = 10n ** BigInt(PLACES - Number(cut(places)))
  const down = (absolute(x) / step) * step, rest = absolute(x) - down
  const up = rest === 0n ? down : down + step
  const half = 2n * rest
  const result = rule === 'round_down' ? down
    : rule === 'round_up' ? up
      : half === step && rule === 'round_even' ? ((down / step) % 2n === 0n ? down : up)
        : half >= step ? up : down
  return limited(x < 0n ? -result : result)
}

/** 等额本息: the payment of each period; the power by repeated squaring, as on the server, to the last digit. */
export function annuity(principal: bigint, rate: bigint, periods: bigint): bigint | null {
  if (!isWhole(periods)) return null
  let n = cut(periods)
  if (n < 1n || n > 600n) return null
  if (rate === 0n) return div(principal, periods)
  let power: bigint | null = UNIT, base = add(UNIT, rate)
  while (n > 0n) {
    if (power === null || base === null) return null
    if (n % 2n === 1n) power = mul(power, base)
    n /= 2n
    if (n > 0n) base = mul(base, base)
  }
  if (power === null) return null
  const interest = mul(principal, rate), top = interest === null ? null : mul(interest, power), bottom = sub(power, UNIT)
  return top === null || bottom === null ? null : div(top, bottom)
}

/** A number from JSON: text as the language writes it, or a JSON number for a whole number of at most 15 digits. */
export function parseNumber(raw: unknown): bigint | null {
  if (typeof raw === 'number') return Number.isInteger(raw) && Math.abs(raw) <= WHOLE_LIMIT ? whole(raw) : null
  if (typeof raw !== 'string') return null
  const match = /^(-?)([0-9]{1,22})(?:\.([0-9]{1,16}))?$/.exec(raw)
  if (!match) return null
  const digits = BigInt((match[2] ?? '') + (match[3] ?? '').padEnd(PLACES, '0'))
  return match[1] ? -digits : digits
}

/** The canonical text: no exponent, no plus, no trailing zeros, never -0. */
export function showNumber(x: bigint): string {
  const digits = absolute(x).toString().padStart(PLACES + 1, '0')
  const fraction = digits.slice(-PLACES).replace(/0+$/, '')
  return `${x < 0n ? '-' : ''}${digits.slice(0, -PLACES)}${fraction ? `.${fraction}` : ''}`
}
