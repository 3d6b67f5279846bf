/** The widgets by name: every file of this folder with a small first letter is one. */
import type { FieldScreen, Wire } from '../kernel/api/types'
import type { Widget } from './widget'
import './widgets.css'

const modules = import.meta.glob<{ readonly default: Widget }>('./[a-z]*.tsx', { eager: true })

/** Name → widget; a test compares the names with the field types of the language. */
export const WIDGETS: Readonly<Record<string, Widget>> = Object.fromEntries(
  Object.entries(modules).map(([file, module]) => [file.replace(/^\.\/|\.tsx$/g, ''), module.default]),
)

/** A field as one record shows it: where its rights differ by row, a value that comes masked is masked here. */
export const asShown = (field: FieldScreen, value: Wire | undefined): FieldScreen =>
  field.reveal && field.readable === 'clear' && typeof value === 'string' && value.includes('*') ? { ...field, readable: 'masked' } : field

/** The widget of a field; a masked value is shown and typed by its own widget, whatever the field's type. */
export function widgetOf(field: Pick<FieldScreen, 'widget' | 'readable'>): Widget {
  const widget = WIDGETS[field.readable === 'masked' ? 'masked' : field.widget]
  if (!widget) throw new Error(`There is no widget ${field.widget}.`)
  return widget
}
