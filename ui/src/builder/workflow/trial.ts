/** The trial run of a case through the flow of the draft, as the server tells it. */

export interface TrialStep {
  readonly step: string
  readonly title: Readonly<Record<string, string>>
  readonly people: readonly string[]
  readonly because: string | null
  readonly left_out: readonly { readonly person: string, readonly because: string }[]
  readonly due_at: string | null
  readonly authority: { readonly table: string, readonly rows: readonly string[], readonly value: unknown } | null
  readonly stuck: string | null
}

export interface Simulated {
  readonly done: readonly string[]
  readonly steps: readonly TrialStep[]
  readonly ends: 'approved' | 'rejected' | 'stopped' | 'stuck'
  readonly refused: { readonly act: string, readonly step: string | null, readonly reason: string } | null
  readonly persons?: Readonly<Record<string, { readonly id: string, readonly name: string, readonly unit: string | null }>>
}

export interface Trial extends Simulated {
  /** What somebody is called. */
  readonly name: (person: string) => string
  readonly namesAt: (step: TrialStep) => string
}

const SHOWN = 3

export function trialOf(simulated: Simulated, comma: string, more: (count: number) => string): Trial {
  const name = (person: string) => simulated.persons?.[person]?.name ?? person
  return {
    ...simulated,
    name,
    namesAt: step => step.people.slice(0, SHOWN).map(name).join(comma) + (step.people.length > SHOWN ? more(step.people.length) : ''),
  }
}
