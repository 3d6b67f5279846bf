/** A number with decimals. */
import { useShow } from '../kernel/format/value'
import { Figure } from './Figure'
import type { InputProps, ShowProps, Widget } from './widget'

const DecimalInput = (props: InputProps) => <Figure {...props} />

function DecimalShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)(field, value)}</>
}

export default { Input: DecimalInput, Show: DecimalShow } satisfies Widget
