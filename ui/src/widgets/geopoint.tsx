/** A place as latitude and longitude in degrees, typed as two figures with a comma. */
import { Input } from 'antd'
import { textOf } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

/** A full-width comma of a Chinese keyboard and blanks are put right while typing. */
export const tidyPlace = (text: string): string => text.replaceAll(/[，、]/g, ',').replaceAll(/\s+/g, '')

function GeopointInput({ id, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words)
  return (
    <Input
      id={id} value={textOf(value ?? undefined)} autoComplete="off" placeholder={t('place_form')} status={invalid ? 'error' : ''}
      aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
      onChange={event => change(tidyPlace(event.target.value) || null)} onBlur={blur}
    />
  )
}

const GeopointShow = ({ value }: ShowProps) => <span className="mono">{textOf(value)}</span>

export default { Input: GeopointInput, Show: GeopointShow } satisfies Widget
