/** 中文 / English: changes what is shown at once and, when signed in, the person's own setting. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../api/client'
import { keys } from '../api/queries'
import type { Me } from '../api/types'
import { LOCALES, catalogue, useWords, type Locale } from '../i18n/catalogue'
import { showLocale, useLocale } from '../i18n/locale'
import { chooseLocale, useSession } from '../session/store'

const words = catalogue('language', { group: ['语言', 'Language'] })
const NAMES: Readonly<Record<Locale, { readonly short: string, readonly lang: string }>> = {
  zh: { short: '中文', lang: 'zh-CN' },
  en: { short: 'EN', lang: 'en' },
}

export function LanguageSwitch() {
  const t = useWords(words), locale = useLocale()
  const client = useQueryClient()
  const signedIn = useSession(state => state.personId !== null)
  const store = useMutation({
    mutationFn: (wanted: Locale) => call<Me>('PATCH', '/api/auth/me', { body: { locale: wanted } }),
    onSuccess: (_, wanted) => client.setQueryData<Me>(keys.me, me => me && { ...me, locale: wanted }),
  })
  const choose = (wanted: Locale) => {
    showLocale(wanted)
    // What the server said in words is asked for anew; a draft being edited holds no words of the server but its findings.
    void client.invalidateQueries({ predicate: ({ queryKey }) => !['me', 'first-look'].includes(String(queryKey[0])) && !(queryKey[0] === 'builder' && queryKey[1] === 'draft') })
    if (signedIn) store.mutate(wanted)
    else chooseLocale(wanted)
  }
  return (
    <div className="switch" role="group" aria-label={t('group')}>
      {LOCALES.map(each => (
        <button key={each} type="button" lang={NAMES[each].lang} aria-pressed={each === locale} onClick={() => choose(each)}>{NAMES[each].short}</button>
      ))}
    </div>
  )
}
