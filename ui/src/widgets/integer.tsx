/** A whole number. */
import { useShow } from '../kernel/format/value'
import { Figure } from './Figure'
import type { InputProps, ShowProps, Widget } from './widget'

/** Whole numbers are JSON numbers on the wire, unlike decimals. */
function IntegerInput(props: InputProps) {
  const { change } = props
  return <Figure {...props} change={value => change(typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value)} />
}

function IntegerShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: IntegerInput, Show: IntegerShow } satisfies Widget
