/** The functions with fixed arguments; those of `STRICT` are missing as soon as an argument is. */
import * as dates from './dates'
import * as numbers from './numbers'
import * as texts from './text'
import type { Facts, Value } from './types'

type Strict = (args: readonly never[], facts: Facts) => Value
/** The static checker of the language has made sure of number and types of the arguments; here they are only named. */
const typed = <A extends readonly Value[]>(of: (args: A, facts: Facts) => Value): Strict => of as unknown as Strict

type Lenient = (args: readonly Value[], facts: Facts) => Value

const n = (of: (a: bigint, b: bigint) => bigint | null): Strict => ([a, b]: readonly bigint[]) => of(a ?? 0n, b ?? 0n)
const one = (of: (a: bigint) => bigint | null): Strict => ([a]: readonly bigint[]) => of(a ?? 0n)
const rounded = (rule: numbers.Rounding): Strict => ([x, places]: readonly bigint[]) => numbers.round(x ?? 0n, places ?? 0n, rule)
const part = (of: (day: dates.Day) => number): Strict => ([day]: readonly string[]) => numbers.whole(of(dates.parts(day ?? '')))
const cut = (x: bigint | undefined) => Number(numbers.cut(x ?? 0n))
/** A whole number within ±`limit`, or null. */
const wholeWithin = (x: bigint, limit: number, including: boolean): number | null => {
  const value = cut(x)
  return numbers.isWhole(x) && (Math.abs(value) < limit || (including && Math.abs(value) === limit)) ? value : null
}

/** The amount by the rate of the latest day that is not after `day`; missing where the bank has none. */
function inBase(amount: bigint, currency: string, day: string, table: Facts['rates']): bigint | null {
  if (!table) return null
  if (currency === table.base) return amount
  if (table.since !== undefined && day < table.since) throw new dates.Beyond()
  const rate = numbers.parseNumber(table.rates[currency]?.filter(([since]) => since <= day).at(-1)?.[1])
  return rate === null ? null : numbers.mul(amount, rate)
}

export const STRICT: Readonly<Record<string, Strict>> = {
  add: n(numbers.add), sub: n(numbers.sub), mul: n(numbers.mul), div: n(numbers.div), fdiv: n(numbers.fdiv), mod: n(numbers.mod),
  neg: one(x => -x), abs: one(numbers.size), floor: one(numbers.floor), ceil: one(numbers.ceil),
  round: rounded('round'), round_even: rounded('round_even'), round_up: rounded('round_up'), round_down: rounded('round_down'),
  annuity: ([principal, rate, periods]: readonly bigint[]) => numbers.annuity(principal ?? 0n, rate ?? 0n, periods ?? 0n),
  number: ([text]: readonly string[]) => numbers.parseNumber(text),
  lower: ([text]: readonly string[]) => (text ?? '').replaceAll('Σ', 'σ').toLowerCase(), // no rule for the end of a word
  upper: ([text]: readonly string[]) => (text ?? '').toUpperCase(),
  trim: ([text]: readonly string[]) => texts.trim(text ?? ''),
  left: typed(([text, count]: readonly [string, bigint]) => texts.left(text, cut(count))),
  right: typed(([text, count]: readonly [string, bigint]) => texts.right(text, cut(count))),
  mid: typed(([text, start, count]: readonly [string, bigint, bigint]) => texts.middle(text, cut(start), cut(count))),
  text_number: ([x]: readonly bigint[]) => numbers.showNumber(x ?? 0n),
  text_date: ([day]: readonly string[]) => day ?? null,
  dadd: typed(([day, count]: readonly [string, bigint]) => {
    const by = wholeWithin(count, 1e7, false)
    return by === null ? null : dates.fromNumber(dates.toNumber(day) + by)
  }),
  dsub: typed(([a, b]: readonly [string, string]) => numbers.whole(dates.toNumber(a) - dates.toNumber(b))),
  date: typed(([y, m, d]: readonly [bigint, bigint, bigint]) => ([y, m, d].every(numbers.isWhole) ? dates.make(cut(y), cut(m), cut(d)) : null)),
  date_of: ([instant]: readonly string[], facts: Facts) => dates.dayOf(instant ?? '', facts.timezone ?? 'UTC'),
  year: part(day => day.year), month: part(day => day.month), day: part(day => day.day),
  weekday: ([day]: readonly string[]) => numbers.whole(dates.weekday(day ?? '')),
  month_end: ([day]: readonly string[]) => dates.monthEnd(day ?? ''),
  add_months: typed(([day, count]: readonly [string, bigint]) => {
    const by = wholeWithin(count, 120_000, true)
    return by === null ? null : dates.addMonths(day, by)
  }),
  add_business_days: typed(([day, count]: readonly [string, bigint], facts) => {
    const by = wholeWithin(count, 1e7, false)
    return by === null ? null : dates.addBusinessDays(day, by, facts.calendar)
  }),
  business_days_between: typed(([a, b]: readonly [string, string], facts) => {
    const days = dates.businessDaysBetween(a, b, facts.calendar)
    return days === null ? null : numbers.whole(days)
  }),
  is_business_day: ([day]: readonly string[], facts: Facts) => dates.isBusinessDay(day ?? '', facts.calendar),
  in_base: typed(([amount, currency, day]: readonly [bigint, string, string], facts) => inBase(amount, currency, day, facts.rates)),
  months_between: typed(([a, b]: readonly [string, string]) => numbers.whole(dates.monthsBetween(a, b))),
  years_between: typed(([a, b]: readonly [string, string]) => numbers.whole(Math.trunc(dates.monthsBetween(a, b) / 12))),
  hours_between: typed(([a, b]: readonly [string, string]) => numbers.div(numbers.whole(Date.parse(b) - Date.parse(a)), numbers.whole(3_600_000))),
}

const day = (raw: unknown): string | null => (dates.isDay(raw) ? raw : null)
const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

export const LENIENT: Readonly<Record<string, Lenient>> = {
  len: ([of]) => numbers.whole(texts.length(text(of))),
  len_set: ([of]) => numbers.whole(Array.isArray(of) ? new Set(of).size : 0),
  replace: ([of, from, to]) => (typeof of === 'string' && typeof from === 'string' ? texts.orMissing(of.replaceAll(from, () => text(to))) : null),
  contains: ([of, what]) => text(of).includes(text(what)),
  starts_with: ([of, what]) => text(of).startsWith(text(what)),
  ends_with: ([of, what]) => text(of).endsWith(text(what)),
  today: (_, facts) => day(facts.today),
  business_date: (_, facts) => day(facts.business_date),
  now: (_, facts) => (dates.isInstant(facts.now) ? facts.now : null),
  has_role: ([role], facts) => {
    const roles = facts.user?.['roles']
    return typeof role === 'string' && Array.isArray(roles) && roles.includes(role)
  },
}
