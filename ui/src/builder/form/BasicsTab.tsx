/** What a field is called and how wide it stands. */
import { useWords } from '../../kernel/i18n/catalogue'
import { entityFile, fieldsOf, labelOf, textOf, type ItemPlace, type ModelMap } from '../draft/definition'
import { pointerOf } from '../draft/findings'
import { refusedName } from '../commands/rename_field'
import { useIsPublished } from '../draft/published'
import { useDraft } from '../draft/store'
import { ExpressionLine } from '../parts/ExpressionLine'
import { TextLine } from '../parts/TextLine'
import { focusSelected, useDesigner } from './designer'
import { words } from './words'

export function BasicsTab({ item, field }: { readonly item: ItemPlace, readonly field: ModelMap }) {
  const t = useWords(words)
  const designer = useDesigner()
  const published = useIsPublished(designer.app, designer.entity, item.name)
  const files = useDraft(state => state.files), taken = Object.keys(fieldsOf(files, designer.entity))
  const label = labelOf(field['label']) ?? {}
  const help = labelOf(item.model['help']) ?? labelOf(field['help']) ?? {}
  const span = textOf(item.model['span']) || '1'
  const setHelp = (language: 'zh' | 'en', text: string) => {
    const next = { zh: help['zh'] ?? '', en: help['en'] ?? '', [language]: text }
    designer.setField(item.name, 'help', next.zh || next.en ? { zh: next.zh || next.en, en: next.en || next.zh } : null)
  }
  return (
    <>
      <TextLine label={t('label_zh')} lang="zh-CN" value={label['zh'] ?? ''} commit={zh => designer.setField(item.name, 'label', { ...label, zh })} />
      <TextLine label={t('label_en')} lang="en" value={label['en'] ?? ''} commit={en => designer.setField(item.name, 'label', { ...label, en })} />
      <TextLine label={t('name')} value={item.name} disabled={published} hint={published ? t('name_fixed') : t('name_rule')} refuse={name => { const why = refusedName(name, taken); return why && t(`name_wrong_${why}`) }} commit={name => designer.rename(item.name, name) && focusSelected()} />
      <TextLine label={t('help_zh')} lang="zh-CN" value={help['zh'] ?? ''} commit={zh => setHelp('zh', zh)} />
      <TextLine label={t('help_en')} lang="en" value={help['en'] ?? ''} commit={en => setHelp('en', en)} />
      <div className="line">
        <span id="span-label">{t('span')}</span>
        <div className="switch" role="group" aria-labelledby="span-label">
          {['1', '2', '3'].map(count => <button key={count} type="button" aria-pressed={span === count} onClick={() => designer.setItem(item.name, 'span', count === '1' ? null : Number(count))}>{count}</button>)}
        </div>
      </div>
      {!('compute' in field) && (
        <ExpressionLine label={t('default')} value={textOf(field['default'])} commit={value => designer.setField(item.name, 'default', value || null)} entity={designer.entity}
          file={entityFile(designer.entity)} pointer={pointerOf(['fields', item.name, 'default'])} />
      )}
    </>
  )
}
