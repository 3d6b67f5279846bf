/** The choices of a field: code, both labels, add and remove. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { entriesOf } from '../../kernel/splice/document'
import { labelOf, mapOf, freeName, type ModelMap } from '../draft/definition'
import { TextLine } from '../parts/TextLine'
import { useDesigner } from './designer'
import { words } from './words'

export function ChoicesEditor({ field, choices }: { readonly field: string, readonly choices: ModelMap }) {
  const t = useWords(words)
  const designer = useDesigner()
  const [opened, setOpened] = useState<string | null>(null)
  const add = () => {
    const code = freeName('option', Object.keys(choices))
    designer.setChoice(field, code, { zh: code, en: code })
    setOpened(code)
  }
  return (
    <div className="line" role="group" aria-label={t('choices')}>
      <span>{t('choices')}</span>
      <ul className="choices">
        {entriesOf(choices).map(([code, choice]) => {
          const label = labelOf(mapOf(choice)['label']) ?? {}
          return (
            <li key={code}>
              <button type="button" className="choice-head" aria-expanded={opened === code} onClick={() => setOpened(opened === code ? null : code)}>
                <code className="mono">{code}</code><span className="grow cut">{label['zh']} · {label['en']}</span>
              </button>
              <button type="button" className="icon-button" aria-label={t('choice_remove', { code })} disabled={Object.keys(choices).length < 2}
                onClick={() => designer.setChoice(field, code, null)}>×</button>
              {opened === code && (
                <div className="choice-body">
                  <TextLine label={t('label_zh')} lang="zh-CN" value={label['zh'] ?? ''} commit={zh => designer.setChoice(field, code, { ...label, zh })} />
                  <TextLine label={t('label_en')} lang="en" value={label['en'] ?? ''} commit={en => designer.setChoice(field, code, { ...label, en })} />
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
