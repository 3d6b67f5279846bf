/** A part of a definition as it is written again elsewhere. */

import { entriesOf, type Model } from '../../kernel/splice/document'
import type { Value } from '../../kernel/splice/print'

/** Words that the schema types as numbers and truths are written plain, as they were. */
export function written(model: Model): Value {
  if (typeof model === 'string') return model === 'true' ? true : model === 'false' ? false : /^(0|[1-9][0-9]{0,14})$/.test(model) ? Number(model) : model
  if (Array.isArray(model)) return model.map(written)
  return new Map(entriesOf(model ?? {}).map(([key, value]) => [key, written(value)]))
}
