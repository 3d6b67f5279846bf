/** Yes, no, or not said: a missing answer is not a no. */
import { useShow } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { common } from '../kernel/i18n/common'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function BooleanInput({ id, field, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words), c = useWords(common)
  const options = [[true, c('yes')], [false, c('no')], ...(required ? [] : [[null, t('unset')] as const])] as readonly (readonly [boolean | null, string])[]
  return (
    <div id={id} tabIndex={-1} className={`choices no-ring ${invalid ? 'choices-invalid' : ''}`} role="radiogroup" aria-labelledby={`${id}-label`} aria-describedby={describedBy} aria-invalid={invalid} aria-required={required}>
      {options.map(([option, text]) => (
        <label key={String(option)} className="choice">
          <input type="radio" name={`${id}-${field.name}`} checked={(value ?? null) === option} onChange={() => change(option)} onBlur={blur} />{text}
        </label>
      ))}
    </div>
  )
}

function BooleanShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: BooleanInput, Show: BooleanShow } satisfies Widget
