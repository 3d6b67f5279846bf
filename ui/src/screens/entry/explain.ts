/** A condition said in words, for the chip that tells why a section or field is there. Null when words would not be shorter. */
import type { Fields } from '../../kernel/api/types'
import type { Ir } from '../../kernel/expr/types'
import type { Locale, Say } from '../../kernel/i18n/catalogue'
import { labelIn } from '../../kernel/i18n/locale'
import { showValue } from '../../kernel/format/value'
import type { Wire } from '../../kernel/api/types'
import type { words } from './words'

type Word = keyof typeof words.entries
interface Speaker { readonly fields: Fields, readonly locale: Locale, readonly t: Say<Word> }

const COMPARISONS: Readonly<Record<string, Word>> = { '<': 'is_below', '<=': 'is_at_most', '>': 'is_above', '>=': 'is_at_least' }
const TURNED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

const isNode = (value: unknown, name: string): value is Ir => Array.isArray(value) && value[0] === name

function nameOf(node: unknown, { fields, locale }: Speaker): string | null {
  if (!isNode(node, 'col')) return null
  const field = fields[String(node[2])]
  return field ? labelIn(field.label, locale) : null
}

function valueOf(node: unknown, of: unknown, { fields, locale }: Speaker): string | null {
  if (!isNode(node, 'lit') || !isNode(of, 'col')) return null
  const field = fields[String(of[2])]
  // Round amounts are said without their cents.
  return field ? showValue(field, node[2] as Wire, { locale }).replace(/\.0+$/, '') || null : null
}

function compared(word: Word, a: unknown, b: unknown, speaker: Speaker): string | null {
  const field = nameOf(a, speaker), value = valueOf(b, a, speaker)
  return field !== null && value !== null ? speaker.t(word, { field, value }) : null
}

function joined(parts: readonly (string | null)[], word: Word, { t }: Speaker): string | null {
  return parts.includes(null) ? null : parts.reduce<string>((said, part) => (said ? t(word, { a: said, b: part ?? '' }) : part ?? ''), '')
}

/** The condition as a sentence part, such as “贷款金额大于 500,000”. */
export function explain(ir: Ir, speaker: Speaker): string | null {
  const { t } = speaker
  switch (ir[0]) {
    case 'cmp': {
      const [, , operator, a, b] = ir as readonly [string, string, string, unknown, unknown]
      const forward = compared(COMPARISONS[operator] ?? 'is', a, b, speaker)
      return forward ?? compared(COMPARISONS[TURNED[operator] ?? ''] ?? 'is', b, a, speaker)
    }
    case 'eq': return compared('is', ir[2], ir[3], speaker) ?? compared('is', ir[3], ir[2], speaker)
    case 'in': {
      const field = nameOf(ir[2], speaker), values = (ir[3] as readonly unknown[]).map(item => valueOf(item, ir[2], speaker))
      return field === null || values.length === 0 || values.includes(null) ? null : t('is', { field, value: values.join(t('or_list')) })
    }
    case 'ismiss': {
      const field = nameOf(ir[1], speaker)
      return field === null ? null : t('is_empty', { field })
    }
    case 'not': {
      const inner = ir[1]
      if (isNode(inner, 'eq')) return compared('is_not', inner[2], inner[3], speaker)
      const field = isNode(inner, 'ismiss') ? nameOf(inner[1], speaker) : null
      return field === null ? null : t('is_filled', { field })
    }
    case 'and': return joined((ir[1] as readonly Ir[]).map(part => explain(part, speaker)), 'and', speaker)
    case 'or': return joined((ir[1] as readonly Ir[]).map(part => explain(part, speaker)), 'or', speaker)
    default: return null
  }
}
