/** Several codes of a list. */
import { Select } from 'antd'
import { useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { useLabel } from '../kernel/i18n/locale'
import { FEW, fits, offered } from './choice'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function MultiChoiceInput({ id, field, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words), label = useLabel()
  const codes = Array.isArray(value) ? value.map(String) : []
  const options = offered(field.options.choices, codes).map(choice => ({ value: choice.code, label: label(choice.label) }))
  return (
    <Select
      id={id} mode="multiple" value={codes} options={options} virtual={options.length > FEW} showSearch={{ filterOption: fits }} placeholder={t('choose')} status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required} aria-labelledby={`${id}-label`}
      onChange={(chosen: string[]) => change(chosen.length > 0 ? chosen : null)} onBlur={blur}
    />
  )
}

function MultiChoiceShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: MultiChoiceInput, Show: MultiChoiceShow } satisfies Widget
