/** A number with decimals. */
import { useShow } from '../kernel/format/value'
import { Figure } from './Figure'
import type { InputProps, ShowProps, Widget } from './widget'

/** Typed in the form in which it is read everywhere: two places, more only where there is more. */
const DecimalInput = (props: InputProps) => <Figure {...props} scale={Math.min(props.field.options.scale ?? 0, 2)} />

function DecimalShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: DecimalInput, Show: DecimalShow } satisfies Widget
