/** The choices of a field: code, both labels, add and remove. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { labelOf, mapOf, freeName, type ModelMap } from '../draft/definition'
import { TextLine } from '../parts/TextLine'
import type { Value } from '../../kernel/splice/print'
import type { Model } from '../../kernel/splice/document'
import { useDesigner } from './designer'
import { words } from './words'

const asValue = (model: Model): Value =>
  model === null ? '' : typeof model === 'string' ? model : Array.isArray(model) ? model.map(asValue) : Object.fromEntries(Object.entries(model).map(([key, item]) => [key, asValue(item)]))

export function ChoicesEditor({ field, choices }: { readonly field: string, readonly choices: ModelMap }) {
  const t = useWords(words)
  const designer = useDesigner()
  const [opened, setOpened] = useState<string | null>(null)
  const all = Object.fromEntries(Object.entries(choices).map(([code, choice]) => [code, asValue(choice)]))
  const write = (next: { [code: string]: Value }) => designer.setField(field, 'choices', next)
  const relabel = (code: string, language: string, text: string) =>
    write({ ...all, [code]: { ...(mapValue(all[code])), label: { ...labelOf(mapOf(choices[code])['label']), [language]: text } } })
  const add = () => {
    const code = freeName('option', Object.keys(choices))
    write({ ...all, [code]: { label: { zh: code, en: code } } })
    setOpened(code)
  }
  return (
    <div className="line" role="group" aria-label={t('choices')}>
      <span>{t('choices')}</span>
      <ul className="choices">
        {Object.entries(choices).map(([code, choice]) => {
          const label = labelOf(mapOf(choice)['label']) ?? {}
          return (
            <li key={code}>
              <button type="button" className="choice-head" aria-expanded={opened === code} onClick={() => setOpened(opened === code ? null : code)}>
                <code className="mono">{code}</code><span className="grow cut">{label['zh']} · {label['en']}</span>
              </button>
              <button type="button" className="icon-button" aria-label={t('choice_remove', { code })} disabled={Object.keys(choices).length < 2}
                onClick={() => write(Object.fromEntries(Object.entries(all).filter(([other]) => other !== code)))}>×</button>
              {opened === code && (
                <div className="choice-body">
                  <TextLine label={t('label_zh')} lang="zh-CN" value={label['zh'] ?? ''} commit={text => relabel(code, 'zh', text)} />
                  <TextLine label={t('label_en')} lang="en" value={label['en'] ?? ''} commit={text => relabel(code, 'en', text)} />
                </div>
              )}
            </li>
          )
        })}
      </ul>
      <button type="button" className="link" onClick={add}>+ {t('choice_add')}</button>
    </div>
  )
}

const mapValue = (value: Value | undefined): { [key: string]: Value } => (typeof value === 'object' && !Array.isArray(value) ? value : {})
