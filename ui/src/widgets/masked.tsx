/** A personal value in its shortened form, shown in clear to whoever may and says why. Typing replaces it; left empty it stays as it is. */
import { Input } from 'antd'
import { useWords } from '../kernel/i18n/catalogue'
import { textOf } from '../kernel/format/value'
import { Reveal } from './Reveal'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const STARS = '*'

function MaskedInput({ id, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words)
  const text = value === null ? '' : String(value), isStored = text.includes(STARS)
  return (
    <Input
      id={id} value={isStored ? '' : text} placeholder={isStored ? t('masked', { value: text }) : ''} autoComplete="off" status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
      onChange={event => change(event.target.value || null)} onBlur={blur}
    />
  )
}

function MaskedShow({ field, value, place }: ShowProps) {
  const { name, label, reveal } = field
  if (!place.record || !reveal || name === undefined || label === undefined) return <span className="mono">{textOf(value)}</span>
  return <Reveal key={place.record.id} field={{ ...field, name, label }} mask={textOf(value)} app={place.app} zone={place.zone} record={place.record} />
}

export default { Input: MaskedInput, Show: MaskedShow } satisfies Widget
