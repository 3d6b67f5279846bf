/** An instant in the reader's words. */
import { useLocale } from '../../kernel/i18n/locale'

export function When({ at }: { readonly at: string }) {
  const locale = useLocale()
  const text = new Date(at).toLocaleString(locale === 'zh' ? 'zh-CN' : 'en', { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
  return <time dateTime={at}>{text}</time>
}
