/** The state of a record in its workflow: always a word; the colour only repeats it. Never typed in. */
import { useShow } from '../kernel/format/value'
import type { ShowProps, Widget } from './widget'

/** Codes by custom; any other code is neutral, and its word says all. */
const TONES: Readonly<Record<string, string>> = {
  in_review: 'brand', running: 'brand', open: 'brand',
  approved: 'ok', active: 'ok', done: 'ok',
  rejected: 'seal', overdue: 'seal', stopped: 'seal', held: 'warning', returned: 'warning',
}

/** The class that colours the tag of a state. */
export const toneOf = (code: string): string => (TONES[code] ? `tag tag-${TONES[code]}` : 'tag')

function StatusShow({ field, value, place }: ShowProps) {
  const show = useShow(place.zone)
  return value === null || value === undefined ? null : <span className={toneOf(String(value))}>{show(field, value)}</span>
}

export default { Input: StatusShow, Show: StatusShow } satisfies Widget
