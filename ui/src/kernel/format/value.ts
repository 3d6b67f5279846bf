/** A value of a record as text, by the type of its field; the one place for money, percent, days and codes. */
import type { FieldOptions, Label, Titles, Wire } from '../api/types'
import type { Locale } from '../i18n/catalogue'
import { labelIn, useLocale } from '../i18n/locale'
import { common } from '../i18n/common'
import { say } from '../i18n/catalogue'
import { showDay, showInstant } from './dates'
import { showLength } from './lengths'
import { group, shift, trimmed } from './numbers'

export interface Spec { readonly type: string, readonly options?: FieldOptions | undefined, readonly masked?: boolean | undefined }
export interface Around { readonly locale: Locale, readonly zone?: string | undefined, readonly title?: string | undefined }

const FIGURES = new Set(['integer', 'decimal', 'money', 'number'])
/** Whether values of a type are figures, which stand at the right. */
export const isFigure = (type: string): boolean => FIGURES.has(type)

/** The label of a code; a code that the list no longer has is shown as it is. */
export function choiceLabel(options: FieldOptions | undefined, code: string, locale: Locale): string {
  const found = options?.choices?.find(choice => choice.code === code)
  return found ? labelIn(found.label, locale) : code
}

function figure(text: string, { type, options }: Spec): string {
  if (options?.percent) return `${group(shift(text, 2), Math.max((options.scale ?? 2) - 2, 0))}%`
  if (type === 'money') return group(text, options?.scale ?? 2)
  // A rate of 4.2000 reads 4.20: zeros beyond the second place say nothing.
  return group(trimmed(text), type === 'decimal' ? Math.min(options?.scale ?? 0, 2) : undefined)
}

/** What stands beside an amount, so that nobody takes it for another currency: 元 in Chinese, else the code. */
export const currencyUnit = (options: FieldOptions | undefined, locale: Locale): string => {
  const currency = options?.currency ?? 'CNY'
  return currency === 'CNY' && locale === 'zh' ? '元' : currency
}

/** A value as plain text. */
export const textOf = (value: Wire | undefined): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))

/** The text of a value; a missing one gives an empty text. */
export function showValue(spec: Spec, value: Wire | undefined, around: Around): string {
  if (value === null || value === undefined || value === '') return ''
  if (spec.masked) return String(value)
  switch (spec.type) {
    case 'boolean': return typeof value === 'boolean' ? say(common, value ? 'yes' : 'no') : String(value)
    case 'date': return showDay(String(value), around.locale)
    case 'datetime': return showInstant(String(value), around.locale, new Date(), around.zone)
    case 'choice':
    case 'status': return choiceLabel(spec.options, String(value), around.locale)
    case 'multi_choice': return Array.isArray(value) ? value.map(code => choiceLabel(spec.options, String(code), around.locale)).join(say(common, 'separator')) : String(value)
    case 'reference':
    case 'any_reference': return around.title ?? say(common, 'not_visible')
    case 'duration': return Number.isNaN(Number(value)) ? String(value) : showLength(Number(value), around.locale)
    case 'file':
    case 'image': return Array.isArray(value) ? String(value.length) : ''
    case 'signature': return Array.isArray(value) && value.length > 0 ? say(common, 'signed') : ''
    case 'rows': return Array.isArray(value) ? String(value.length) : ''
    default: return isFigure(spec.type) ? figure(String(value), spec) : String(value)
  }
}

/** `showValue` in the language of now. */
export function useShow(zone?: string): (spec: Spec, value: Wire | undefined, title?: string) => string {
  const locale = useLocale()
  return (spec, value, title) => showValue(spec, value, { locale, zone, title })
}

/** The titles that came along with a record. */
export function titlesOf(record: Readonly<Record<string, Wire>>): Titles {
  const titles = record['_titles']
  return typeof titles === 'object' && titles !== null && !Array.isArray(titles) ? (titles as Titles) : {}
}

/** Labels of the fields that every record has. */
export const SYSTEM_LABELS: Readonly<Record<string, Label>> = {
  number: { zh: '编号', en: 'Number' },
  version: { zh: '版本', en: 'Version' },
  created_at: { zh: '创建时间', en: 'Created at' },
  created_on: { zh: '创建日期', en: 'Created on' },
  created_by: { zh: '创建人', en: 'Created by' },
  changed_at: { zh: '修改时间', en: 'Changed at' },
  changed_on: { zh: '修改日期', en: 'Changed on' },
  changed_by: { zh: '修改人', en: 'Changed by' },
}
