/** One of several, by the browser's own list. */
import { useId } from 'react'

export interface Option { readonly value: string, readonly text: string }

/** One of several; a value that is not among them stays as it is written. */
export function Choice({ label, value, options, unset, choose, fault }: { readonly label: string, readonly value: string, readonly options: readonly Option[], readonly unset?: string, readonly choose: (value: string) => void, readonly fault?: string | null }) {
  const id = useId()
  const shown = value === '' || options.some(each => each.value === value) ? options : [...options, { value, text: value }]
  return (
    <div className="line">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="line-input" value={value} aria-invalid={Boolean(fault)} aria-describedby={`${id}-note`} onChange={event => choose(event.target.value)}>
        {unset !== undefined && <option value="">{unset}</option>}
        {shown.map(each => <option key={each.value} value={each.value}>{each.text}</option>)}
      </select>
      <div id={`${id}-note`}>{fault && <p className="fault">{fault}</p>}</div>
    </div>
  )
}
