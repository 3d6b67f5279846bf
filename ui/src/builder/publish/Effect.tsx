/** Whom a change of access reaches: how many people gain or lose how many records, and which fields they see otherwise. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { AccessEffect, Reach } from '../draft/types'
import { words } from './words'

export function Effect({ items }: { readonly items: readonly AccessEffect[] }) {
  const t = useWords(words), label = useLabel()
  const records = (reach: Reach) => (reach.least === reach.most ? reach.most.toLocaleString('en') : t('effect_range', { least: reach.least.toLocaleString('en'), most: reach.most.toLocaleString('en') }))
  return (
    <>
      {items.map(each => (
        <div key={`${each.entity} ${each.roles.map(role => role.name).join(' ')}`} className="effect">
          <p><b>{label(each.label)}</b> · {each.roles.map(role => label(role.label)).join(' + ')} <span className="hint">{t('effect_people', { count: each.people })}</span></p>
          <ul>
            {each.rows.map(rows => (
              <li key={rows.action}>
                {rows.gain && <span className="seal-strong">{rows.action === 'create' ? t('effect_may_create', { count: rows.gain.people }) : t('effect_gain', { count: rows.gain.people, records: records(rows.gain), verb: t(`effect_${rows.action}`) })}</span>}
                {rows.gain && rows.lose && '；'}
                {rows.lose && <span>{rows.action === 'create' ? t('effect_no_create', { count: rows.lose.people }) : t('effect_lose', { count: rows.lose.people, records: records(rows.lose), verb: t(`effect_${rows.action}`) })}</span>}
                {rows.not_counted && <span className="hint"> {t(`effect_${rows.not_counted.because}`, { count: rows.not_counted.people, verb: t(`effect_${rows.action}`) })}</span>}
              </li>
            ))}
            {each.fields.map(field => <li key={field.field}>{t('effect_field', { field: label(field.label), before: t(`level_${field.before}`), after: t(`level_${field.after}`) })}</li>)}
          </ul>
        </div>
      ))}
    </>
  )
}
