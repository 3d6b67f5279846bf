/** Which language is shown: the person's own, else the browser's, else Chinese. */
import { useTranslation } from 'react-i18next'
import type { Label } from '../api/types'
import { LOCALES, i18n, type Locale } from './catalogue'

const isLocale = (text: unknown): text is Locale => LOCALES.some(known => known === text)

/** The language of the browser where this product speaks it. */
export function browserLocale(): Locale {
  for (const wanted of navigator.languages) {
    const short = wanted.slice(0, 2)
    if (isLocale(short)) return short
  }
  return 'zh'
}

export const currentLocale = (): Locale => (isLocale(i18n.language) ? i18n.language : 'zh')

/** Show another language; what is on the screen keeps its state. */
export function showLocale(wanted: string | null | undefined): void {
  const locale = isLocale(wanted) ? wanted : browserLocale()
  document.documentElement.lang = locale === 'zh' ? 'zh-CN' : 'en'
  void i18n.changeLanguage(locale)
}

/** The language of now, drawn again when it changes. */
export function useLocale(): Locale {
  const { i18n: instance } = useTranslation()
  return isLocale(instance.language) ? instance.language : 'zh'
}

/** A label of a definition in one language; a missing translation shows the other one, never a blank. */
export function labelIn(label: Label | null | undefined, locale: Locale): string {
  if (!label) return ''
  return label[locale] ?? label['zh'] ?? label['en'] ?? Object.values(label)[0] ?? ''
}

/** A label inside of a sentence: English begins it with a small letter, but for abbreviations. */
export function useNoun(): (label: Label | null | undefined) => string {
  const locale = useLocale()
  return label => {
    const text = labelIn(label, locale)
    return locale === 'en' && /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
  }
}

/** Labels of definitions in the language of now. */
export function useLabel(): (label: Label | null | undefined) => string {
  const locale = useLocale()
  return label => labelIn(label, locale)
}
