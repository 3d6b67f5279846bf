/** Small words on an item: what stands behind it that the face does not show. */
import { useWords } from '../../kernel/i18n/catalogue'
import { textOf, type ItemPlace, type ModelMap } from '../draft/definition'
import { words } from './words'

export function Chips({ item, field }: { readonly item: ItemPlace, readonly field: ModelMap }) {
  const t = useWords(words)
  const has = (key: string) => key in item.model || key in field
  const kind = textOf(field['class'])
  return (
    <span className="chips">
      {has('visible') && <span className="tag tag-brand">{t('chip_visible')}</span>}
      {has('required_when') && <span className="tag">{t('chip_required_when')}</span>}
      {has('check') && <span className="tag">{t('chip_rule')}</span>}
      {has('compute') && <span className="tag">{t('chip_computed')}</span>}
      {has('read_only') && <span className="tag">{t('chip_read_only')}</span>}
      {(kind === 'C2' || kind === 'C3') && <span className="tag">{t('chip_masked', { class: kind })}</span>}
    </span>
  )
}
