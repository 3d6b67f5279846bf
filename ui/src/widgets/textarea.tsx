/** Text of several lines; Enter is a new line here. */
import { Input } from 'antd'
import { useWords } from '../kernel/i18n/catalogue'
import { textOf } from '../kernel/format/value'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

function TextareaInput({ id, field, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words)
  const text = value === null ? '' : String(value), max = Number(field.options.max ?? 0), lines = field.options.lines ?? 3
  return (
    <div className="textarea">
      <Input.TextArea
        id={id} value={text} rows={lines} status={invalid ? 'error' : ''}
        aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
        onChange={event => change(event.target.value || null)} onBlur={blur}
      />
      {max > 0 && <span className="textarea-count hint small">{t('count', { count: [...text].length, max })}</span>}
    </div>
  )
}

const TextareaShow = ({ value }: ShowProps) => <span className="lines">{textOf(value)}</span>

export default { Input: TextareaInput, Show: TextareaShow } satisfies Widget
