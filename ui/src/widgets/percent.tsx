/** A share: stored as a fraction, typed and read as percent. */
import { useShow } from '../kernel/format/value'
import { Figure } from './Figure'
import type { InputProps, ShowProps, Widget } from './widget'

const PercentInput = (props: InputProps) => <Figure {...props} power={2} suffix="%" scale={Math.max((props.field.options.scale ?? 2) - 2, 0)} />

function PercentShow({ field, value, place }: ShowProps) {
  return <>{useShow(place.zone)({ type: field.type, options: { ...field.options, percent: true } }, value)}</>
}

export default { Input: PercentInput, Show: PercentShow } satisfies Widget
