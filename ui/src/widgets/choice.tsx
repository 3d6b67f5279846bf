/** One code of a list, found by code or label. */
import { Select } from 'antd'
import { useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { useLabel } from '../kernel/i18n/locale'
import type { Choice } from '../kernel/api/types'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

/** The codes to choose from: those that may be chosen now, and the stored one in any case. */
export const offered = (choices: readonly Choice[] | undefined, stored: readonly string[]): readonly Choice[] =>
  (choices ?? []).filter(choice => choice.selectable !== false || stored.includes(choice.code))

/** A list of this length is drawn whole: its options then are the text that is read out, not their codes. */
export const FEW = 100

/** Whether an option fits what is typed, by its label or its code. */
export const fits = (typed: string, option: { readonly label?: unknown, readonly value?: unknown } | undefined): boolean =>
  [option?.label, option?.value].some(text => String(text ?? '').toLowerCase().includes(typed.toLowerCase()))

function ChoiceInput({ id, field, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words), label = useLabel()
  const options = offered(field.options.choices, [String(value)]).map(choice => ({ value: choice.code, label: label(choice.label) }))
  return (
    <Select
      id={id} value={value === null ? undefined : String(value)} options={options} virtual={options.length > FEW} showSearch={{ filterOption: fits }} allowClear={!required} placeholder={t('choose')}
      status={invalid ? 'error' : ''} aria-invalid={invalid} aria-describedby={describedBy} aria-required={required} aria-labelledby={`${id}-label`}
      onChange={code => change(code ?? null)} onBlur={blur}
    />
  )
}

function ChoiceShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: ChoiceInput, Show: ChoiceShow } satisfies Widget
