/** What a list can show and filter: its own columns, and the other fields of its entity that this person may read. */
import type { ColumnScreen, EntityScreen, FieldScreen, Label, ListScreen, Screens } from '../../kernel/api/types'
import { pathsOf } from '../../kernel/format/template'
import { SYSTEM_LABELS } from '../../kernel/format/value'
import { LOCALES } from '../../kernel/i18n/catalogue'
import { labelIn } from '../../kernel/i18n/locale'

export interface ListParts { readonly screens: Screens, readonly list: ListScreen, readonly entity: EntityScreen }

/** Types that have no one-line form in a table. */
const NOT_IN_TABLES = new Set(['rows', 'file'])

/** Every column that can be shown, those of the list first. */
export function columnsOf({ list, entity }: ListParts): readonly ColumnScreen[] {
  const own = new Set(list.columns.map(column => column.path))
  const more = Object.values(entity.fields).filter(field => !own.has(field.name) && !NOT_IN_TABLES.has(field.type))
  return [...list.columns, ...more.map(({ name, label, type, widget, options, sortable, readable }) => ({
    path: name, label, type, widget, options, sortable, masked: readable === 'masked',
  }))]
}

const nothing = (path: string): ColumnScreen => ({ path, label: { zh: path, en: path }, type: 'text', widget: 'text', options: {}, sortable: false, masked: false })

/** The column of a path in a filter: one of the list, else the field that the path leads to, called by the labels on its way. */
export function columnAt(parts: ListParts, path: string): ColumnScreen {
  const own = columnsOf(parts).find(column => column.path === path)
  if (own) return own
  const { screens } = parts, labels: Label[] = []
  let entity: EntityScreen | undefined = parts.entity, field: FieldScreen | undefined
  for (const name of path.split('.')) {
    field = entity?.fields[name]
    labels.push(field?.label ?? SYSTEM_LABELS[name] ?? { zh: name, en: name })
    const [app, target] = (field?.options.to ?? '').split('.') as [string, string?]
    entity = target === undefined ? screens.entities[app] : app === screens.app ? screens.entities[target] : undefined
  }
  const joined = Object.fromEntries(LOCALES.map(locale => [locale, labels.map(label => labelIn(label, locale)).join(' · ')]))
  return { ...nothing(path), label: joined, ...(field ? { type: field.type, widget: field.widget, options: field.options } : {}) }
}

/** Columns that a filter may name: a masked value is not searched, since the answer would tell it. */
export const filterable = (columns: readonly ColumnScreen[]): readonly ColumnScreen[] => columns.filter(column => !column.masked)

/** The names that have to be asked for, so that rows and cards can be drawn. */
export function selectOf({ list }: ListParts, shown: readonly ColumnScreen[]): string {
  const card = list.card ? [...pathsOf(list.card.title), ...list.card.lines] : []
  const arranged = [...(list.group ? [list.group.path] : []), ...list.dates.map(column => column.path)]
  const named = shown.length > 0 || list.card ? card : list.columns.slice(0, 3).map(column => column.path)
  return [...new Set([...shown.map(column => column.path), ...named, ...arranged])].join(',')
}

/** The form that makes a new record: the one that starts the approval, else the one the list opens. */
export function newFormOf({ screens, list, entity }: ListParts): string | null {
  if (!entity.can.create) return null
  const named = entity.workflow?.can_start ? entity.workflow.form : null
  const any = Object.entries(screens.forms).find(([, form]) => form.entity === entity.name)?.[0]
  return named ?? list.open_with ?? any ?? null
}
