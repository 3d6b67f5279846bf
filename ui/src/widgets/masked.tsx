/** A personal value in its shortened form. Typing replaces it; left empty it stays as it is. */
import { Input } from 'antd'
import { useWords } from '../kernel/i18n/catalogue'
import { textOf } from '../kernel/format/value'
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

const MaskedShow = ({ value }: ShowProps) => <span className="mono">{textOf(value)}</span>

export default { Input: MaskedInput, Show: MaskedShow } satisfies Widget
