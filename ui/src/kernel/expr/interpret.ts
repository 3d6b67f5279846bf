/** The interpreter of the expression language in the browser: total, exact, without eval. */
import { Beyond, isDay, isInstant } from './dates'
import { LENIENT, STRICT } from './functions'
import { UNIT, add, div, parseNumber, showNumber, whole } from './numbers'
import { type Pattern, fits } from './patterns'
import { compare, orMissing } from './text'
import type { FactMap, Facts, Ir, Value } from './types'

/** A node that this browser does not know: the server is newer than the page. */
export class UnknownNode extends Error {}

interface Place { readonly facts: Facts, readonly row: FactMap | null }

/** A fact in the form the interpreter works with; what does not fit its type counts as missing. */
export function fromJson(type: string, raw: unknown): Value {
  switch (type) {
    case 'number': return parseNumber(raw)
    case 'boolean': return typeof raw === 'boolean' ? raw : null
    case 'date': return isDay(raw) ? raw : null
    case 'datetime': return isInstant(raw) ? raw : null
    case 'multi_choice':
    case 'list':
      if (typeof raw === 'string') return orMissing(raw)
      return Array.isArray(raw) && raw.length > 0 ? raw.map(String) : null
    default: return typeof raw === 'string' ? orMissing(raw) : null
  }
}

/** A result in JSON form. */
export const toJson = (value: Value): string | boolean | readonly string[] | null => (typeof value === 'bigint' ? showNumber(value) : value)

const sameSet = (a: readonly string[], b: readonly string[]) => {
  const left = new Set(a), right = new Set(b)
  return left.size === right.size && [...left].every(each => right.has(each))
}

function isSame(a: Value, b: Value): boolean {
  return Array.isArray(a) && Array.isArray(b) ? sameSet(a, b) : a === b
}

function order(a: Value, b: Value): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  return compare(String(a), String(b))
}

const COMPARISONS: Readonly<Record<string, (by: number) => boolean>> = {
  '<': by => by < 0, '<=': by => by <= 0, '>': by => by > 0, '>=': by => by >= 0,
}

const extreme = (values: readonly Value[], wanted: 1 | -1): Value =>
  values.reduce<Value>((best, each) => (each === null ? best : best === null || order(each, best) * wanted > 0 ? each : best), null)

function aggregate(f: string, rows: readonly FactMap[], x: Ir | null, condition: Ir | null, facts: Facts): Value {
  const counted = condition === null ? rows : rows.filter(row => run(condition, { facts, row }) === true)
  if (f === 'count') return whole(counted.length)
  if (x === null) throw new UnknownNode(f)
  const values = counted.map(row => run(x, { facts, row }))
  if (f === 'any') return values.includes(true)
  if (f === 'all') return values.every(value => value === true)
  const present = values.filter(value => value !== null)
  if (f === 'min' || f === 'max') return extreme(present, f === 'max' ? 1 : -1)
  const total = present.reduce<bigint>((sum, value) => sum + (typeof value === 'bigint' ? value : 0n), 0n)
  const sum = add(total, 0n)
  if (f === 'sum') return sum
  if (f === 'avg') return present.length === 0 || sum === null ? null : div(sum, BigInt(present.length) * UNIT)
  throw new UnknownNode(f)
}

function variadic(name: string, values: readonly Value[]): Value {
  switch (name) {
    case 'coalesce': return values.find(value => value !== null) ?? null
    case 'concat': return orMissing(values.map(value => value ?? '').join(''))
    case 'min': return extreme(values, -1)
    case 'max': return extreme(values, 1)
    default: throw new UnknownNode(name)
  }
}

function apply(name: string, values: readonly Value[], facts: Facts): Value {
  const lenient = LENIENT[name]
  if (lenient) return lenient(values, facts)
  const strict = STRICT[name]
  if (!strict) throw new UnknownNode(name)
  return values.includes(null) ? null : strict(values as readonly never[], facts)
}

function run(ir: Ir, place: Place): Value {
  const at = (index: number): Value => run(ir[index] as Ir, place)
  const all = (index: number): Value[] => (ir[index] as readonly Ir[]).map(each => run(each, place))
  const { facts, row } = place
  switch (ir[0]) {
    case 'lit': return fromJson(ir[1] as string, ir[2])
    case 'col': return fromJson(ir[1] as string, facts.record?.[ir[2] as string])
    case 'ccol': return fromJson(ir[1] as string, row?.[ir[2] as string])
    case 'ctx': {
      const root = ir[2] as keyof Facts
      if (root === 'code') return fromJson(ir[1] as string, facts.code)
      return fromJson(ir[1] as string, (facts[root] as FactMap | undefined)?.[ir[3] as string])
    }
    case 'fn': return apply(ir[1] as string, all(2), facts)
    case 'vfn': return variadic(ir[1] as string, all(3))
    case 'ismiss': return at(1) === null
    case 'not': return at(1) !== true
    case 'and': return (ir[1] as readonly Ir[]).every(each => run(each, place) === true)
    case 'or': return (ir[1] as readonly Ir[]).some(each => run(each, place) === true)
    case 'if': return at(2) === true ? at(3) : at(4)
    case 'eq': return isSame(at(2), at(3))
    case 'in': {
      const value = at(2)
      return all(3).some(item => isSame(value, item))
    }
    case 'cmp': {
      let a = at(3), b = at(4)
      const codes = ir[5] as readonly string[] | undefined
      if (codes) [a, b] = [rank(a, codes), rank(b, codes)]
      return a !== null && b !== null && (COMPARISONS[ir[2] as string]?.(order(a, b)) ?? false)
    }
    case 'has': {
      const value = at(1), set = at(2)
      return typeof value === 'string' && Array.isArray(set) && set.includes(value)
    }
    case 'tree': {
      const value = at(1), root = at(2)
      return typeof value === 'string' && typeof root === 'string' && value.startsWith(root)
    }
    case 'rank': return rank(at(1), ir[2] as readonly string[])
    case 'match': {
      const value = at(1)
      return fits(typeof value === 'string' ? value : '', { check: ir[2], start: ir[3], end: ir[4], reads: ir[5], free: ir[6] } as Pattern)
    }
    case 'agg': {
      const rows = facts.record?.[ir[2] as string]
      return aggregate(ir[1] as string, Array.isArray(rows) ? rows as FactMap[] : [], ir[3] as Ir | null, ir[4] as Ir | null, facts)
    }
    default: throw new UnknownNode(ir[0])
  }
}

function rank(value: Value, codes: readonly string[]): bigint | null {
  const at = typeof value === 'string' ? codes.indexOf(value) : -1
  return at < 0 ? null : whole(at + 1)
}

/** The value of an expression over these facts. */
export const interpret = (ir: Ir, facts: Facts): Value => run(ir, { facts, row: null })
/** The value of an expression, or undefined where only the server can tell. */
export function answer(ir: Ir, facts: Facts): Value | undefined {
  try {
    return interpret(ir, facts)
  } catch (failed) {
    if (failed instanceof Beyond) return undefined
    throw failed
  }
}
/** Whether a condition holds; `beyond` where only the server can tell. */
export function holds(ir: Ir, facts: Facts, beyond = false): boolean {
  const value = answer(ir, facts)
  return value === undefined ? beyond : value === true
}

/** The expressions inside of a node, where each kind of node keeps them. */
function partsOf(ir: Ir): readonly Ir[] {
  const at = (...indexes: readonly number[]) => indexes.map(index => ir[index]) as (Ir | null)[]
  const list = (index: number) => ir[index] as readonly Ir[]
  const found = ((): readonly (Ir | null)[] => {
    switch (ir[0]) {
      case 'fn': return list(2)
      case 'vfn': return list(3)
      case 'and': case 'or': return list(1)
      case 'ismiss': case 'not': case 'rank': case 'match': return at(1)
      case 'has': case 'tree': return at(1, 2)
      case 'if': return at(2, 3, 4)
      case 'eq': return at(2, 3)
      case 'cmp': case 'agg': return at(3, 4)
      case 'in': return [...at(2), ...list(3)]
      default: return []
    }
  })()
  return found.filter(each => each !== null)
}

/** The paths of the record that an expression reads, rows included. */
export function readsOf(ir: Ir): ReadonlySet<string> {
  const own = ir[0] === 'col' || ir[0] === 'agg' ? [String(ir[2])] : []
  return new Set([...own, ...partsOf(ir).flatMap(each => [...readsOf(each)])])
}
