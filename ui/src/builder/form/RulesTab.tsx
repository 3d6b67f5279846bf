/** When a field is asked for, shown, fixed, and what its values must satisfy. */
import { useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { entityFile, formFile, labelOf, textOf, type ItemPlace, type ModelMap } from '../draft/definition'
import { pointerOf } from '../draft/findings'
import { ExpressionLine } from '../parts/ExpressionLine'
import { TextLine } from '../parts/TextLine'
import { useDesigner } from './designer'
import { words } from './words'

type When = 'always' | 'when' | 'never'

export function RulesTab({ item, field }: { readonly item: ItemPlace, readonly field: ModelMap }) {
  const t = useWords(words)
  const designer = useDesigner()
  const form = formFile(designer.form), entity = entityFile(designer.entity)
  const requiredWhen = textOf(item.model['required_when']) || textOf(field['required_when'])
  const readOnly = textOf(item.model['read_only']) || textOf(field['read_only'])
  const message = labelOf(field['message']) ?? {}
  const [askRequired, setAskRequired] = useState<When | null>(null)
  const [askReadOnly, setAskReadOnly] = useState<When | null>(null)
  const required: When = askRequired ?? (textOf(field['required']) === 'true' ? 'always' : requiredWhen ? 'when' : 'never')
  const fixed: When = askReadOnly ?? (readOnly === 'true' ? 'always' : readOnly ? 'when' : 'never')

  const chooseRequired = (next: When) => {
    setAskRequired(next)
    designer.setField(item.name, 'required', next === 'always' ? true : null)
    if (next !== 'when') designer.setItem(item.name, 'required_when', null)
  }
  const chooseReadOnly = (next: When) => {
    setAskReadOnly(next)
    if (next !== 'when') designer.setItem(item.name, 'read_only', next === 'always' ? true : null)
  }
  const setMessage = (language: 'zh' | 'en', text: string) => {
    const next = { zh: message['zh'] ?? text, en: message['en'] ?? text, [language]: text }
    designer.setField(item.name, 'message', text || next.zh || next.en ? next : null)
  }
  return (
    <>
      <Choice id="required" label={t('required')} value={required} choose={chooseRequired} />
      {required === 'when' && (
        <ExpressionLine label={t('required_when')} value={requiredWhen} commit={value => designer.setItem(item.name, 'required_when', value || null)} entity={designer.entity}
          file={form} pointer={pointerOf([...item.path, 'required_when'])} />
      )}
      <ExpressionLine label={t('visible')} value={textOf(item.model['visible'])} commit={value => designer.setItem(item.name, 'visible', value || null)} entity={designer.entity}
        file={form} pointer={pointerOf([...item.path, 'visible'])} hint={t('visible_hint', { example: 'amount > 500000' })} />
      <ExpressionLine label={t('check')} value={textOf(field['check'])} commit={value => designer.setField(item.name, 'check', value || null)} entity={designer.entity}
        file={entity} pointer={pointerOf(['fields', item.name, 'check'])} />
      {'check' in field && (
        <>
          <TextLine label={t('message_zh')} lang="zh-CN" value={message['zh'] ?? ''} commit={text => setMessage('zh', text)} />
          <TextLine label={t('message_en')} lang="en" value={message['en'] ?? ''} commit={text => setMessage('en', text)} />
        </>
      )}
      <Choice id="read-only" label={t('read_only')} value={fixed} choose={chooseReadOnly} />
      {fixed === 'when' && (
        <ExpressionLine label={t('read_only_when')} value={readOnly} commit={value => designer.setItem(item.name, 'read_only', value || null)} entity={designer.entity}
          file={form} pointer={pointerOf([...item.path, 'read_only'])} />
      )}
    </>
  )
}

function Choice({ id, label, value, choose }: { readonly id: string, readonly label: string, readonly value: When, readonly choose: (value: When) => void }) {
  const t = useWords(words)
  return (
    <div className="line">
      <span id={`${id}-label`}>{label}</span>
      <div className="switch" role="group" aria-labelledby={`${id}-label`}>
        {(['always', 'when', 'never'] as const).map(each => <button key={each} type="button" aria-pressed={value === each} onClick={() => choose(each)}>{t(each)}</button>)}
      </div>
    </div>
  )
}
