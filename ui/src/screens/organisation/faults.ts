/** The server's findings at the fields they are about. */
import type { Fault } from '../../kernel/api/failure'

/** What stands at which field, and whether there is anything that stands at none: then the whole refusal is shown. */
export function atFields(faults: readonly Fault[], names: readonly string[]): { readonly at: Readonly<Record<string, string>>, readonly elsewhere: boolean } {
  const at: Record<string, string> = {}
  let elsewhere = faults.length === 0
  for (const { pointer, message } of faults) {
    const name = pointer?.split('/')[1] ?? ''
    if (names.includes(name)) at[name] = at[name] ? `${at[name]} ${message}` : message
    else elsewhere = true
  }
  return { at, elsewhere }
}
