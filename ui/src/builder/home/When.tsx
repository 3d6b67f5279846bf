/** An instant in the reader's words, in the bank's zone as everywhere. */
import { showInstant } from '../../kernel/format/dates'
import { useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'

export function When({ at }: { readonly at: string }) {
  const locale = useLocale(), now = useNow()
  return <time dateTime={at}>{showInstant(at, locale, now)}</time>
}
