/** The state of one form while it is filled in. */
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { call, get, path } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import type { EntityScreen, FormScreen, RecordWire, Screens, Titles, Wire } from '../../kernel/api/types'
import { dayIn } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { targetOf } from '../../widgets/lead'
import { useSettled } from '../../widgets/reference'
import { faultsOf, type Fault } from './faults'
import { draw, itemsOf, referencePaths, settled, type Drawn, type Filled, type Surroundings } from './model'
import { words } from './words'

/** Which fields a step of a workflow lets write, must have, and hides. */
export interface StepRights { readonly write: readonly string[], readonly require: readonly string[], readonly hide: readonly string[] }

export interface EntryParts { readonly screens: Screens, readonly form: FormScreen, readonly entity: EntityScreen }

/** The person, the day and the rights around a form; fixed while it is open, as on the server during one request. */
export function useSurroundings({ screens }: EntryParts, old: Filled | null, step: StepRights | null): Surroundings {
  const me = useMe().data
  const [now] = useState(() => new Date().toISOString())
  return useMemo(() => ({
    user: me ? { id: me.id, name: me.name, branch: me.unit?.id, branch_code: me.unit?.code, branch_name: me.unit?.name, roles: me.roles[screens.app] ?? [] } : {},
    old, now, today: dayIn(now, screens.timezone), businessDate: me?.business_date ?? dayIn(now, screens.timezone), timezone: screens.timezone, tables: { ...screens.tables, param: screens.param ?? {} },
    writable: step ? new Set(step.write) : null, required: new Set(step?.require), hidden: new Set(step?.hide),
  }), [me, screens, old, step, now])
}

/** Values of referenced records that the rules of the form read, such as the applicant's date of birth. */
function useReferenced({ screens, form, entity }: EntryParts, values: Filled): Filled {
  const wanted = useMemo(() => [...referencePaths(form, entity)], [form, entity])
  const answers = useQueries({
    queries: wanted.map(([name, paths]) => {
      const [app, target] = targetOf(entity.fields[name]?.options.to, screens.app), id = values[name]
      return {
        queryKey: ['reads', app, target, id, paths],
        queryFn: ({ signal }: { signal: AbortSignal }) => get<RecordWire>(path('api', app, target, String(id)), { query: { select: paths.join(',') }, signal }),
        enabled: typeof id === 'string' && id !== '',
        staleTime: 60_000,
      }
    }),
  })
  const found: Record<string, Wire> = {}
  wanted.forEach(([name, paths], at) => {
    const record = values[name] ? answers[at]?.data : undefined
    for (const each of paths) found[`${name}.${each}`] = record?.[each] ?? null
  })
  return found
}

/** What the server says of the fields that only it can compute, as soon as typing pauses. */
function useAnswers({ screens, entity }: EntryParts, drawn: Drawn): Filled | undefined {
  const shown = itemsOf(drawn.blocks).some(({ field }) => field !== null && drawn.asked.has(field.name))
  const fields = Object.fromEntries(Object.entries(drawn.values).filter(([name]) => name in entity.fields && !entity.fields[name]?.compute && !entity.fields[name]?.server_compute))
  const asked = useSettled(JSON.stringify(fields))
  const answer = useQuery({
    queryKey: ['computed', screens.app, entity.name, asked],
    queryFn: async ({ signal }) => (await call<{ values: Filled }>('POST', path('api', screens.app, entity.name, 'compute'), { body: { fields: JSON.parse(asked) as object }, signal })).data.values,
    enabled: shown,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
  return shown ? answer.data : undefined
}

export interface Entry {
  readonly values: Filled
  readonly titles: Titles
  readonly drawn: Drawn
  /** What is said now: before an attempt to submit only what is wrong where the person has been. */
  readonly faults: readonly Fault[]
  readonly dirty: boolean
  readonly change: (name: string, value: Wire, title?: string) => void
  readonly blur: (name: string) => void
  /** Everything that is wrong, from now on shown. */
  readonly attempt: () => readonly Fault[]
  /** What the server found; each stays until its field is changed. */
  readonly refuse: (faults: readonly Fault[]) => void
  /** The server has what was sent and stored this of it; what was typed since stays. */
  readonly settle: (sent: Filled, stored: Filled) => void
  readonly setAll: (values: Filled) => void
}

export const fieldOf = (pointer: string): string => pointer.split('/')[1] ?? ''

export function useEntry(parts: EntryParts, start: { readonly values: Filled, readonly titles: Titles }, around: Surroundings): Entry {
  const t = useWords(words), label = useLabel()
  const [values, setValues] = useState(start.values), [titles, setTitles] = useState(start.titles)
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set()), [attempted, setAttempted] = useState(false)
  const [refused, setRefused] = useState<readonly Fault[]>([]), [saved, setSaved] = useState(start.values)
  const referenced = useReferenced(parts, values)
  const alone = draw(parts.form, parts.entity, { ...values, ...referenced }, around)
  const answers = useAnswers(parts, alone)
  const drawn = answers ? draw(parts.form, parts.entity, { ...values, ...referenced }, { ...around, answers }) : alone
  const own = faultsOf(drawn, parts.entity, around, { t, label })
  // What is computed is never left; a hint about it appears as soon as somebody has been anywhere.
  const computed = new Set(itemsOf(drawn.blocks).flatMap(({ field, readOnly }) => (field && readOnly !== null ? [field.name] : [])))
  const shown = own.filter(fault => attempted || (!fault.missing && (touched.has(fieldOf(fault.pointer)) || (touched.size > 0 && computed.has(fieldOf(fault.pointer))))))
  return {
    values, titles, drawn,
    faults: [...shown, ...refused.filter(fault => !shown.some(each => each.pointer === fault.pointer))],
    dirty: JSON.stringify(values) !== JSON.stringify(saved),
    change: (name, value, title) => {
      setValues(before => ({ ...before, [name]: value }))
      if (title !== undefined) setTitles(before => ({ ...before, [name]: title }))
      setRefused(before => before.filter(fault => fieldOf(fault.pointer) !== name))
    },
    blur: name => setTouched(before => (before.has(name) ? before : new Set([...before, name]))),
    attempt: () => {
      setAttempted(true)
      return own
    },
    refuse: setRefused,
    settle: (sent, stored) => {
      setSaved({ ...sent, ...stored })
      setValues(now => settled(now, sent, stored))
    },
    setAll: setValues,
  }
}
