/**
 * The filter of a list as conditions a person can read and change, and as the expression that stands in the URL.
 *
 * Only conditions joined by `and` become chips; any other expression is kept as it is and shown as one chip.
 */
import { make, parts } from '../../kernel/expr/dates'

export type Operator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge' | 'contains' | 'starts' | 'in' | 'not_in' | 'has' | 'missing' | 'present'
export interface Condition { readonly path: string, readonly operator: Operator, readonly values: readonly string[] }

const SYMBOLS: Readonly<Partial<Record<Operator, string>>> = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' }
const FUNCTIONS: Readonly<Partial<Record<Operator, string>>> = { contains: 'contains', starts: 'starts_with' }

/** The operators that fit a type of field, the usual one first. */
export function operatorsOf(type: string, { ordered = false, encrypted = false }: { readonly ordered?: boolean, readonly encrypted?: boolean }): readonly Operator[] {
  // Only whole values are compared with what is kept encrypted.
  if (encrypted) return ['eq', 'ne', 'missing', 'present']
  switch (type) {
    case 'integer': case 'decimal': case 'money': case 'number': case 'duration': return ['ge', 'le', 'eq', 'ne', 'gt', 'lt', 'missing', 'present']
    case 'date': return ['ge', 'le', 'eq', 'missing', 'present']
    case 'boolean': return ['eq', 'missing', 'present']
    case 'choice': case 'status': return ordered ? ['in', 'not_in', 'ge', 'le', 'missing', 'present'] : ['in', 'not_in', 'missing', 'present']
    case 'multi_choice': return ['has', 'missing', 'present']
    case 'reference': case 'any_reference': return ['eq', 'ne', 'missing', 'present']
    case 'datetime': case 'rows': case 'file': case 'image': case 'signature': return ['missing', 'present']
    // Text and the types of text with a pattern, such as an ID card number.
    default: return ['contains', 'starts', 'eq', 'ne', 'missing', 'present']
  }
}

const quote = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`

function literal(value: string, type: string): string {
  switch (type) {
    case 'integer': case 'decimal': case 'money': case 'number': case 'duration': case 'boolean': return value
    case 'date': {
      const { year, month, day } = parts(value)
      return `date(${year}, ${month}, ${day})`
    }
    default: return quote(value)
  }
}

function write({ path, operator, values }: Condition, type: string): string {
  const all = values.map(value => literal(value, type)), first = all[0] ?? '""'
  switch (operator) {
    case 'missing': return `is_missing(${path})`
    case 'present': return `not is_missing(${path})`
    case 'in': return all.length === 1 ? `${path} == ${first}` : `${path} in [${all.join(', ')}]`
    case 'not_in': return all.length === 1 ? `${path} != ${first}` : `${path} not in [${all.join(', ')}]`
    case 'has': return `${first} in ${path}`
    case 'contains': case 'starts': return `${FUNCTIONS[operator]}(${path}, ${first})`
    default: return `${path} ${SYMBOLS[operator]} ${first}`
  }
}

/** The expression of some conditions, all of which must hold. */
export const expressionOf = (conditions: readonly Condition[], typeOf: (path: string) => string): string =>
  conditions.map(condition => write(condition, typeOf(condition.path))).join(' and ')

type Token = { readonly kind: 'word' | 'number' | 'text' | 'sign', readonly text: string }
const TOKEN = /\s*(?:([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(==|!=|<=|>=|[<>()[\],]))/y

function tokens(text: string): Token[] | null {
  const found: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text)
    if (!match) return null
    const [, word, number, double, single, sign] = match
    if (word !== undefined) found.push({ kind: 'word', text: word })
    else if (number !== undefined) found.push({ kind: 'number', text: number })
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign })
    else found.push({ kind: 'text', text: (double ?? single ?? '').replaceAll(/\\(.)/g, (_, each: string) => (each === 'n' ? '\n' : each === 't' ? '\t' : each)) })
  }
  return found
}

/** Reads one condition after the other; null as soon as something else stands there. */
class Reader {
  private at = 0
  private readonly tokens: readonly Token[]
  constructor(list: readonly Token[]) {
    this.tokens = list
  }

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  take(...texts: readonly string[]): boolean {
    const fits = texts.every((text, index) => this.tokens[this.at + index]?.text === text && this.tokens[this.at + index]?.kind !== 'text')
    if (fits) this.at += texts.length
    return fits
  }

  path(): string | null {
    const token = this.tokens[this.at]
    if (token?.kind !== 'word' || ['true', 'false', 'True', 'False', 'not', 'date'].includes(token.text)) return null
    this.at++
    return token.text
  }

  value(): string | null {
    const start = this.at
    if (this.take('date', '(')) {
      const [year, , month, , day] = this.tokens.slice(this.at, this.at + 5).map(token => Number(token.text))
      this.at += 5
      const made = make(year ?? 0, month ?? 0, day ?? 0)
      if (made !== null && this.take(')')) return made
      this.at = start
      return null
    }
    const token = this.tokens[this.at]
    if (!token || (token.kind === 'word' && !/^(true|false)$/i.test(token.text)) || token.kind === 'sign') return null
    this.at++
    return token.kind === 'word' ? token.text.toLowerCase() : token.text
  }

  list(): string[] | null {
    const values: string[] = []
    if (!this.take('[')) return null
    do {
      const value = this.value()
      if (value === null) return null
      values.push(value)
    } while (this.take(','))
    return this.take(']') ? values : null
  }

  condition(): Condition | null {
    const negated = this.take('not', 'is_missing', '(')
    if (negated || this.take('is_missing', '(')) {
      const path = this.path()
      return path !== null && this.take(')') ? { path, operator: negated ? 'present' : 'missing', values: [] } : null
    }
    for (const operator of ['contains', 'starts'] as const) {
      if (!this.take(FUNCTIONS[operator] ?? '', '(')) continue
      const path = this.path(), value = path !== null && this.take(',') ? this.value() : null
      return path !== null && value !== null && this.take(')') ? { path, operator, values: [value] } : null
    }
    const path = this.path()
    if (path === null) {
      const value = this.value(), set = value !== null && this.take('in') ? this.path() : null
      return set !== null && value !== null ? { path: set, operator: 'has', values: [value] } : null
    }
    const isOut = this.take('not', 'in')
    if (isOut || this.take('in')) {
      const values = this.list()
      return values && { path, operator: isOut ? 'not_in' : 'in', values }
    }
    const operator = (Object.keys(SYMBOLS) as Operator[]).find(each => this.take(SYMBOLS[each] ?? ''))
    const value = operator ? this.value() : null
    return operator && value !== null ? { path, operator, values: [value] } : null
  }
}

/** The conditions of an expression, or null when it says more than conditions joined by `and`. */
export function conditionsOf(expression: string): readonly Condition[] | null {
  const list = tokens(expression)
  if (list === null) return null
  const reader = new Reader(list), found: Condition[] = []
  if (reader.done) return []
  do {
    const condition = reader.condition()
    if (condition === null) return null
    found.push(condition)
  } while (reader.take('and'))
  return reader.done ? found : null
}

/** `==` and `!=` of a choice read as "is one of": the two have one editor. */
export const normalised = (condition: Condition, type: string): Condition =>
  type !== 'choice' && type !== 'status' ? condition
    : condition.operator === 'eq' ? { ...condition, operator: 'in' }
      : condition.operator === 'ne' ? { ...condition, operator: 'not_in' } : condition

/** Two filters that must both hold. */
export function both(a: string, b: string): string {
  if (!a || !b) return a || b
  return `(${a}) and (${b})`
}
