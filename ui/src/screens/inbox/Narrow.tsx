/** Above the list: only what is overdue, only what was started in one unit; each with how much it is. */
import { Select } from 'antd'
import { useTaskCounts, type Only } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { words } from './words'

interface NarrowProps { readonly only: Only, readonly change: (only: Only) => void }

export function Narrow({ only, change }: NarrowProps) {
  const t = useWords(words)
  const counts = useTaskCounts().data
  const units = (counts?.units ?? []).flatMap(each => (each.id && each.name ? [{ ...each, id: each.id, name: each.name }] : []))
  const isLate = only.overdue || (counts?.overdue ?? 0) > 0, hasUnits = only.unit !== '' || units.length > 1
  if (!counts || (!isLate && !hasUnits)) return null
  const here = units.find(each => each.id === only.unit)
  const late = only.unit ? here?.overdue ?? 0 : counts.overdue
  return (
    <div className="task-narrow" role="group" aria-label={t('narrow')}>
      {isLate && <button type="button" className="narrow-late" aria-pressed={only.overdue} onClick={() => change({ ...only, overdue: !only.overdue })}>{t('late')} <b>{late}</b></button>}
      {hasUnits && (
        <Select
          size="small" className="grow" showSearch={{ optionFilterProp: 'label' }} aria-label={t('unit')} value={only.unit} onChange={unit => change({ ...only, unit })} popupMatchSelectWidth={false}
          options={[{ value: '', label: `${t('units_all')} ${counts.open}` }, ...units.map(each => ({ value: each.id, label: `${each.name} ${only.overdue ? each.overdue : each.open}` })), ...(only.unit && !here ? [{ value: only.unit, label: t('unit_empty') }] : [])]}
        />
      )}
    </div>
  )
}
