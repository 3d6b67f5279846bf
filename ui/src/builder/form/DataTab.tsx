/** How a field's values are kept: type, limits, class, choices, and where else the field is used. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { entityFile, labelOf, listOf, mapOf, textOf, type ItemPlace, type ModelMap } from '../draft/definition'
import { useIsPublished } from '../draft/published'
import { useDraft } from '../draft/store'
import { usesOf } from '../draft/uses'
import { TextLine } from '../parts/TextLine'
import { ChoicesEditor } from './ChoicesEditor'
import { useCatalog, useDesigner } from './designer'
import { TargetsEditor } from './TargetsEditor'
import { words } from './words'

/** What people enter as a text and the server can seal. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'rich_text', 'email', 'phone', 'mobile_cn', 'url', 'id_card', 'uscc', 'bank_card', 'iban', 'swift_bic', 'cnaps', 'lei'])

export function DataTab({ item, field }: { readonly item: ItemPlace, readonly field: ModelMap }) {
  const t = useWords(words), label = useLabel()
  const designer = useDesigner()
  const files = useDraft(state => state.files)
  const type = useCatalog().data?.field_types.find(each => each.name === textOf(field['type']))
  const keys = new Set(type?.option_keys ?? []), several = type?.name === 'any_reference'
  const published = useIsPublished(designer.app, designer.entity, item.name)
  const uses = usesOf(files, designer.entity, item.name).filter(path => path !== `forms/${designer.form}.yaml` && path !== entityFile(designer.entity))
  const setNumber = (key: string, text: string) => designer.setField(item.name, key, text === '' ? null : /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text)
  return (
    <>
      <TextLine label={t('type')} value={`${label(type?.label)} · ${textOf(field['type'])}`} disabled commit={() => undefined} />
      {keys.has('min') && <TextLine label={t('min')} numeric value={textOf(field['min'])} commit={text => setNumber('min', text)} />}
      {keys.has('max') && <TextLine label={t('max')} numeric value={textOf(field['max'])} commit={text => setNumber('max', text)} />}
      {keys.has('scale') && <TextLine label={t('scale')} numeric value={textOf(field['scale'])} commit={text => setNumber('scale', text)} />}
      {keys.has('to') && <TargetsEditor field={item.name} chosen={several ? listOf(field['to']).map(textOf) : [textOf(field['to'])]} several={several} />}
      {keys.has('accept') && <TextLine label={t('accept')} value={listOf(field['accept']).map(textOf).join(', ')} hint="application/pdf, image/jpeg" commit={text => designer.setField(item.name, 'accept', text.split(/[\s,，、]+/).filter(Boolean))} />}
      {keys.has('max_mb') && <TextLine label={t('max_mb')} numeric value={textOf(field['max_mb'])} commit={text => setNumber('max_mb', text)} />}
      {keys.has('count') && <TextLine label={t('count_max')} numeric value={textOf(mapOf(field['count'])['max'])} commit={text => designer.setField(item.name, 'count', /^[1-9][0-9]{0,2}$/.test(text) ? { ...(textOf(mapOf(field['count'])['min']) ? { min: Number(textOf(mapOf(field['count'])['min'])) } : {}), max: Number(text) } : null)} />}
      {type?.name === 'sequence' && <TextLine label={t('number_pattern')} value={textOf(field['pattern'])} hint="N{yyyy}-{seq:6}" commit={text => designer.setField(item.name, 'pattern', text)} />}
      {keys.has('choices') && !('choices_from' in field) && <ChoicesEditor field={item.name} choices={mapOf(field['choices'])} />}
      <div className="line">
        <span id="class-label">{t('class')}</span>
        <div className="switch" role="group" aria-labelledby="class-label">
          {['C1', 'C2', 'C3'].map(each => (
            <button key={each} type="button" aria-pressed={(textOf(field['class']) || 'C1') === each} onClick={() => designer.setField(item.name, 'class', each === 'C1' ? null : each)}>{each}</button>
          ))}
        </div>
      </div>
      {textOf(field['class']) === 'C2' && <TextLine label={t('mask')} value={textOf(field['mask'])} commit={text => designer.setField(item.name, 'mask', text || null)} hint="3****4" />}
      {type?.name !== undefined && TEXTS.has(type.name) && (
        <label className="check-line">
          <input type="checkbox" disabled={published} checked={textOf(field['encrypted']) === 'true'} onChange={event => designer.setField(item.name, 'encrypted', event.target.checked || null)} /> {t('encrypted')}
          {published && <small className="hint"> {t('encrypted_fixed')}</small>}
        </label>
      )}
      <div className="used">
        <h3>{t('where_used')}</h3>
        {uses.length ? <ul>{uses.map(path => <li key={path} className="mono">{path}</li>)}</ul> : <p className="hint">{t('used_nowhere')}</p>}
        <p className="hint small">{label(labelOf(field['label']))} · <span className="mono">{entityFile(designer.entity)}</span></p>
      </div>
    </>
  )
}
