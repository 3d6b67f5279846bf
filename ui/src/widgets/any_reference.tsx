/** A record of one of several entities: first its kind, then the record. */
import { Select } from 'antd'
import { useState } from 'react'
import { useWords } from '../kernel/i18n/catalogue'
import { useLabel } from '../kernel/i18n/locale'
import { partsOf } from './lead'
import reference from './reference'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function AnyReferenceInput(props: InputProps) {
  const t = useWords(words), label = useLabel()
  const { id, field, value, change, blur, invalid, describedBy, required } = props
  const [stored, record] = partsOf(value)
  const [chosen, setChosen] = useState('')
  const targets = field.options.targets ?? [], entity = stored || chosen
  const target = targets.find(each => each.to === entity)
  return (
    <div className="regions">
      <Select
        id={id} value={entity || undefined} options={targets.map(each => ({ value: each.to, label: label(each.label) }))} placeholder={t('kind_of_record')} allowClear={!required}
        status={invalid ? 'error' : ''} aria-invalid={invalid} aria-describedby={describedBy} aria-required={required} aria-labelledby={`${id}-label`}
        onChange={(next: string | undefined) => { setChosen(next ?? ''); change(null) }} onBlur={blur}
      />
      {target && (
        <div>
          <span id={`${id}-record-label`} className="sr">{label(field.label)} {label(target.label)}</span>
          <reference.Input
            {...props} id={`${id}-record`} value={record} field={{ ...field, options: { ...field.options, to: target.to, to_columns: target.to_columns } }}
            change={(next, title) => change(next === null ? null : `${target.to}/${String(next)}`, title)}
          />
        </div>
      )}
    </div>
  )
}

function AnyReferenceShow({ field, value, title, place }: ShowProps) {
  const [entity, record] = partsOf(value), target = field.options.targets?.find(each => each.to === entity)
  if (record === null) return null
  return <reference.Show field={{ ...field, options: { ...field.options, to: entity, to_columns: target?.to_columns ?? [] } }} value={record} title={title} place={place} />
}

export default { Input: AnyReferenceInput, Show: AnyReferenceShow } satisfies Widget
