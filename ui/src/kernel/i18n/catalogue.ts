/** Words of the screens: each entry holds all languages side by side, so that none can be forgotten. */
import i18n from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'

export const LOCALES = ['zh', 'en'] as const
export type Locale = (typeof LOCALES)[number]

/** 中文, English; a third text is the English plural of an entry with `{{count}}`. */
export type Pair = readonly [zh: string, en: string, plural?: string]
export interface Catalogue<Key extends string> { readonly area: string, readonly entries: Readonly<Record<Key, Pair>> }
export type Places = Readonly<Record<string, string | number>>
/** A word by its key, with named places filled in. */
export type Say<Key extends string> = (key: Key, places?: Places) => string

void i18n.use(initReactI18next).init({
  lng: 'zh',
  fallbackLng: 'zh',
  resources: {},
  // React escapes what it draws; escaping here would show entities to the reader.
  interpolation: { escapeValue: false },
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
})

/** Register the words of one area of the screens. */
export function catalogue<Key extends string>(area: string, entries: Readonly<Record<Key, Pair>>): Catalogue<Key> {
  const zh: Record<string, string> = {}, en: Record<string, string> = {}
  for (const [key, [chinese, english, plural]] of Object.entries<Pair>(entries)) {
    zh[plural === undefined ? key : `${key}_other`] = chinese
    en[plural === undefined ? key : `${key}_one`] = english
    if (plural !== undefined) en[`${key}_other`] = plural
  }
  i18n.addResourceBundle('zh', area, zh)
  i18n.addResourceBundle('en', area, en)
  return { area, entries }
}

/** The words of an area in the language of now; the component draws again when it changes. */
export function useWords<Key extends string>(words: Catalogue<Key>): Say<Key> {
  // Drawn again when the language changes; the keys are checked by the catalogue's own type, not by i18next's.
  useTranslation(words.area)
  return (key, places) => say(words, key, places)
}

/** The same outside of a component. */
export const say = <Key extends string>(words: Catalogue<Key>, key: Key, places?: Places): string =>
  (i18n.t as (key: string, options: object) => string)(key, { ns: words.area, ...places })

export { i18n }
