/**
 * The rules of a form, run in the browser over what is filled in: what is seen, asked, computed and wrong.
 *
 * The server runs the same rules again and its answer counts; nothing here decides anything.
 */
import type { BlockScreen, EntityScreen, Fields, FieldScreen, FormScreen, ItemScreen, Label, Wire } from '../../kernel/api/types'
import { answer, holds, readsOf, toJson } from '../../kernel/expr/interpret'
import type { FactMap, Facts, Ir } from '../../kernel/expr/types'

export type Filled = Readonly<Record<string, Wire>>

/** What stands around a form: the person, the day, the record before, and which fields a step lets write. */
export interface Surroundings {
  readonly user: FactMap
  readonly old: FactMap | null
  readonly today: string
  readonly now: string
  readonly businessDate: string
  readonly timezone: string
  /** The parts of the bank's tables that this page has. */
  readonly tables: Pick<Facts, 'calendar' | 'rates' | 'param'>
  /** What the server says of the fields that only it can compute. */
  readonly answers?: Filled
  /** Fields that this step may write; null when the fields' own rights say it. */
  readonly writable: ReadonlySet<string> | null
  /** Fields that this step must have besides those that are required anyway. */
  readonly required: ReadonlySet<string>
  readonly hidden: ReadonlySet<string>
}

export interface DrawnItem {
  readonly item: ItemScreen
  readonly field: FieldScreen | null
  readonly required: boolean
  readonly readOnly: 'computed' | 'server' | 'read_only' | null
  /** The fields of child rows. */
  readonly cells?: Fields | undefined
}

export interface DrawnBlock { readonly block: BlockScreen, readonly items: readonly DrawnItem[], readonly blocks: readonly DrawnBlock[] }

export interface Drawn {
  readonly blocks: readonly DrawnBlock[]
  /** What is filled in, with the computed values. */
  readonly values: Filled
  /** The computed fields whose value only the server can tell. */
  readonly asked: ReadonlySet<string>
}

export const factsOf = (values: Filled, around: Surroundings): Facts => ({
  record: values, user: around.user, ...(around.old ? { old: around.old } : {}),
  today: around.today, now: around.now, business_date: around.businessDate, timezone: around.timezone, ...around.tables,
})

const isTrue = (condition: Ir | true | null | undefined, facts: Facts, beyond = false): boolean => condition === true || (Array.isArray(condition) && holds(condition as Ir, facts, beyond))

/** The values with every computed field, and which of them only the server can tell; one that reads another settles in the next round. */
export function computed(entity: EntityScreen, values: Filled, around: Surroundings): Pick<Drawn, 'values' | 'asked'> {
  const fields = Object.values(entity.fields).filter(field => field.compute || field.server_compute)
  const told = (name: string): Wire => around.answers?.[name] ?? (around.answers ? null : values[name] ?? null)
  let current: Filled = values, asked: ReadonlySet<string> = new Set()
  for (let round = 0; round <= fields.length; round++) {
    const next: Record<string, Wire> = { ...current }, beyond = new Set<string>()
    for (const field of fields) {
      const value = field.compute ? answer(field.compute, factsOf(next, around)) : undefined
      if (value === undefined) beyond.add(field.name)
      next[field.name] = value === undefined ? told(field.name) : toJson(value) as Wire
    }
    asked = beyond
    if (fields.every(field => JSON.stringify(next[field.name]) === JSON.stringify(current[field.name] ?? null))) return { values: next, asked }
    current = next
  }
  return { values: current, asked }
}

const fieldOf = (entity: EntityScreen, item: ItemScreen): FieldScreen | null =>
  item.kind === 'field' || item.kind === 'rows' ? entity.fields[item.field ?? item.name ?? ''] ?? null : null

function readOnlyOf(field: FieldScreen, item: ItemScreen, facts: Facts, around: Surroundings, asked: Drawn['asked']): DrawnItem['readOnly'] {
  if (asked.has(field.name)) return 'server'
  if (field.compute) return 'computed'
  const mayWrite = around.writable === null ? field.writable : around.writable.has(field.name)
  return !mayWrite || isTrue(field.read_only, facts) || isTrue(item.read_only, facts) ? 'read_only' : null
}

function drawItem(entity: EntityScreen, item: ItemScreen, facts: Facts, around: Surroundings, asked: Drawn['asked']): DrawnItem | null {
  const field = fieldOf(entity, item)
  if (item.kind === 'button' || (field === null && item.kind !== 'text')) return null
  if (item.visible && !isTrue(item.visible, facts, true)) return null
  if (field === null) return { item, field, required: false, readOnly: null }
  if (around.hidden.has(field.name) || (field.visible && !isTrue(field.visible, facts, true))) return null
  const readOnly = readOnlyOf(field, item, facts, around, asked)
  const required = readOnly === null && (field.required || around.required.has(field.name) || isTrue(field.required_when, facts) || isTrue(item.required_when, facts))
  return { item, field, required, readOnly, cells: field.type === 'rows' ? entity.rows[field.options.of ?? '']?.fields : undefined }
}

function drawBlock(entity: EntityScreen, block: BlockScreen, facts: Facts, around: Surroundings, asked: Drawn['asked']): DrawnBlock | null {
  if (block.visible && !isTrue(block.visible, facts, true)) return null
  const items = block.items.flatMap(item => drawItem(entity, item, facts, around, asked) ?? [])
  const blocks = block.blocks.flatMap(inner => drawBlock(entity, inner, facts, around, asked) ?? [])
  return items.length + blocks.length > 0 ? { block, items, blocks } : null
}

/** What of a form is to be drawn now. */
export function draw(form: FormScreen, entity: EntityScreen, filled: Filled, around: Surroundings): Drawn {
  const { values, asked } = computed(entity, filled, around), facts = factsOf(values, around)
  return { values, asked, blocks: form.layout.flatMap(block => drawBlock(entity, block, facts, around, asked) ?? []) }
}

/** The items of blocks, in the order in which they stand. */
export const itemsOf = (blocks: readonly DrawnBlock[]): readonly DrawnItem[] => blocks.flatMap(({ items, blocks: inner }) => [...items, ...itemsOf(inner)])

/** A value without the cells of its rows that are not this person's to enter, such as numbers that the server gives. */
const entered = (value: Wire, cells: Fields | undefined): Wire =>
  cells && Array.isArray(value)
    ? (value as readonly Filled[]).map(row => Object.fromEntries(Object.entries(row).filter(([name]) => name === 'id' || cells[name]?.writable)))
    : value

/** What goes to the server: the fields that are asked and may be written. A masked value that was not typed anew stays out. */
export function bodyOf(drawn: Drawn, before: Filled, prefilled: readonly string[] = []): Record<string, Wire> {
  const body: Record<string, Wire> = {}
  for (const { field, readOnly, cells } of itemsOf(drawn.blocks)) {
    if (!field || readOnly !== null) continue
    const value = entered(drawn.values[field.name] ?? null, cells)
    if (JSON.stringify(value) !== JSON.stringify(entered(before[field.name] ?? null, cells))) body[field.name] = value
  }
  for (const name of prefilled) if (!(name in body) && drawn.values[name] !== undefined && drawn.values[name] !== null) body[name] = drawn.values[name] as Wire
  return body
}

/** The paths through references that the rules of a form read, by reference field. */
export function referencePaths(form: FormScreen, entity: EntityScreen): ReadonlyMap<string, readonly string[]> {
  const expressions: (Ir | true | null | undefined)[] = []
  const visit = (block: BlockScreen): void => {
    expressions.push(block.visible)
    for (const item of block.items) expressions.push(item.visible, item.required_when, item.read_only)
    block.blocks.forEach(visit)
  }
  form.layout.forEach(visit)
  for (const field of Object.values(entity.fields)) expressions.push(field.visible, field.required_when, field.read_only, field.check, field.compute)
  for (const rule of entity.rules) expressions.push(rule.when, rule.check)
  const found = new Map<string, Set<string>>()
  for (const expression of expressions) {
    if (!Array.isArray(expression)) continue
    for (const path of readsOf(expression as Ir)) {
      const [first = '', ...rest] = path.split('.')
      if (rest.length > 0 && entity.fields[first]?.type === 'reference') found.set(first, (found.get(first) ?? new Set()).add(rest.join('.')))
    }
  }
  return new Map([...found].map(([name, paths]) => [name, [...paths].sort()]))
}

/** The values a new record starts with. */
export function defaultsOf(form: FormScreen, entity: EntityScreen, around: Surroundings): Filled {
  const values: Record<string, Wire> = {}
  const names = new Set<string>()
  const visit = (block: BlockScreen): void => {
    for (const item of block.items) names.add(item.field ?? item.name ?? '')
    block.blocks.forEach(visit)
  }
  form.layout.forEach(visit)
  for (const field of Object.values(entity.fields)) {
    if (!field.default || !names.has(field.name)) continue
    const value = toJson(answer(field.default, factsOf(values, around)) ?? null)
    if (value !== null) values[field.name] = value
  }
  return values
}

export type { Label }

/** Whether two values are the same one, missing being null. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

/** The values after a save: what the server stored of what was sent, and what was typed since it was sent. */
export const settled = (now: Filled, sent: Filled, stored: Filled): Filled =>
  ({ ...sent, ...stored, ...Object.fromEntries(Object.entries(now).filter(([name, value]) => !same(value, sent[name]))) })
