/** What is wrong with what is filled in: one entry for each fault, with the place where it belongs. */
import type { FieldScreen, EntityScreen, Wire } from '../../kernel/api/types'
import { isDay, isInstant } from '../../kernel/expr/dates'
import { holds } from '../../kernel/expr/interpret'
import { parseNumber } from '../../kernel/expr/numbers'
import { fits } from '../../kernel/expr/patterns'
import type { Facts } from '../../kernel/expr/types'
import { decimalsOf, group } from '../../kernel/format/numbers'
import type { Say } from '../../kernel/i18n/catalogue'
import type { Label } from '../../kernel/api/types'
import { rowsOf } from '../../widgets/rows'
import { factsOf, itemsOf, type Drawn, type DrawnItem, type Surroundings } from './model'
import type { words } from './words'

export interface Fault {
  /** JSON pointer of the value: `/amount`, `/incomes/1/amount`. */
  readonly pointer: string
  readonly message: string
  readonly level: 'error' | 'warning'
  /** A missing required value: not said before the first attempt to submit. */
  readonly missing: boolean
}

type Word = typeof words extends { readonly entries: Readonly<Record<infer Key extends string, unknown>> } ? Key : never
export interface Speech { readonly t: Say<Word>, readonly label: (label: Label | null | undefined) => string }

const isMissing = (value: Wire | undefined): boolean => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** Why a value does not fit the type and the options of its field, or null. */
function misfit(field: FieldScreen, value: Wire, { t, label }: Speech): string | null {
  const { min, max, scale } = field.options, text = String(value)
  switch (field.type) {
    case 'integer': case 'decimal': case 'money': {
      const number = parseNumber(value)
      if (number === null) return t('fault_number')
      if (field.type === 'integer' && text.includes('.')) return t('fault_integer')
      const places = scale ?? (field.type === 'money' ? 2 : null)
      if (places !== null && decimalsOf(text) > places) return t('fault_scale', { scale: places })
      const low = parseNumber(min), high = parseNumber(max)
      if (low !== null && number < low) return t('fault_min', { min: group(String(min)) })
      if (high !== null && number > high) return t('fault_max', { max: group(String(max)) })
      return null
    }
    case 'date':
      if (!isDay(value)) return t('fault_date')
      if (min !== undefined && text < String(min)) return t('fault_min', { min: String(min) })
      return max !== undefined && text > String(max) ? t('fault_max', { max: String(max) }) : null
    case 'datetime': return isInstant(value) ? null : t('fault_instant')
    case 'duration': return /^\d+$/.test(text) ? null : t('fault_length_of_time')
    case 'boolean': case 'choice': case 'multi_choice': case 'reference': case 'rows': case 'status': case 'file': case 'image': case 'signature': case 'any_reference': return null
    default: {
      const count = [...text].length
      if (max !== undefined && count > Number(max)) return t('fault_length', { max: Number(max), count })
      // A stored value that is shown masked has not been typed anew.
      if (!field.form || (field.readable === 'masked' && text.includes('*'))) return null
      const [check, start, end, reads, free] = field.form
      return fits(text, { check, start, end, reads, free }) ? null : field.form_label ? t('fault_form', { form: label(field.form_label) }) : t('fault_form_own')
    }
  }
}

function* ofValue(pointer: string, field: FieldScreen, value: Wire | undefined, required: boolean, facts: Facts, speech: Speech): Generator<Fault> {
  if (isMissing(value)) {
    if (required) yield { pointer, message: speech.t('fault_required'), level: 'error', missing: true }
    return
  }
  const message = misfit(field, value as Wire, speech)
  if (message !== null) yield { pointer, message, level: 'error', missing: false }
  else if (field.check && !holds(field.check, facts, true)) yield { pointer, message: speech.label(field.message) || speech.t('fault_check'), level: 'error', missing: false }
}

function* ofRows({ item, field }: DrawnItem, entity: EntityScreen, value: Wire | undefined, around: Surroundings, record: Facts, speech: Speech): Generator<Fault> {
  const name = field?.name ?? '', type = entity.rows[field?.options.of ?? ''], rows = rowsOf(value)
  if (typeof item.min === 'number' && rows.length < item.min) yield { pointer: `/${name}`, message: speech.t('fault_rows_min', { min: item.min }), level: 'error', missing: true }
  if (typeof item.max === 'number' && rows.length > item.max) yield { pointer: `/${name}`, message: speech.t('fault_rows_max', { max: item.max }), level: 'error', missing: false }
  for (const [at, row] of rows.entries()) {
    for (const cell of Object.values(type?.fields ?? {})) {
      if (item.columns && item.columns.length > 0 && !item.columns.includes(cell.name)) continue
      const facts = { ...factsOf(row, around), ...(record.record ? { outer: record.record } : {}) }
      yield* ofValue(`/${name}/${at}/${cell.name}`, cell, row[cell.name], cell.required || (cell.required_when ? holds(cell.required_when, facts) : false), facts, speech)
    }
  }
}

/** Every fault of what is drawn, of its fields and of the rules of the entity, in the order in which the fields stand. */
export function faultsOf(drawn: Drawn, entity: EntityScreen, around: Surroundings, speech: Speech): readonly Fault[] {
  const facts = factsOf(drawn.values, around), found: Fault[] = []
  for (const each of itemsOf(drawn.blocks)) {
    const { field, required, readOnly } = each
    if (!field || readOnly !== null) continue
    if (field.type === 'rows') found.push(...ofRows(each, entity, drawn.values[field.name], around, facts, speech))
    found.push(...ofValue(`/${field.name}`, field, drawn.values[field.name], required, facts, speech))
  }
  for (const rule of entity.rules) {
    if (rule.when && !holds(rule.when, facts)) continue
    if (!holds(rule.check, facts, true)) found.push({ pointer: rule.at ? `/${rule.at}` : '', message: speech.label(rule.message), level: rule.level, missing: false })
  }
  // A field that is missing or unreadable says so itself; a rule over it would only repeat that in other words.
  const bad = new Set(found.filter(fault => fault.missing).map(fault => fault.pointer))
  const order = itemsOf(drawn.blocks).map(each => each.field?.name), placeOf = ({ pointer }: Fault) => order.indexOf(pointer.split('/')[1] ?? '')
  // In the order of the form; what belongs to no field of it comes last.
  return found.filter(fault => fault.missing || !bad.has(fault.pointer)).toSorted((a, b) => (placeOf(a) < 0 ? order.length : placeOf(a)) - (placeOf(b) < 0 ? order.length : placeOf(b)))
}
