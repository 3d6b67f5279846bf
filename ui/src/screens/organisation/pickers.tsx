/** How units, people, roles and days are chosen in the dialogs and filters of the organisation. */
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { get } from '../../kernel/api/client'
import type { Page } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { useSettled } from '../../widgets/reference'
import { DayInput } from '../parts/DayInput'
import { Field, inputOf, type Bind, type Bound } from './ActDialog'
import type { DayFault, TypedDays } from './held'
import { useRoles, useUnits } from './queries'
import type { PersonRow } from './types'
import { words } from './words'

/** A dialog is above everything: what opens must open inside it. */
const inside = (node: HTMLElement) => node.parentElement ?? document.body

interface ChoiceProps {
  readonly bound: Bound
  readonly value: string | null
  readonly change: (value: string | null) => void
  readonly clear?: boolean
  readonly placeholder?: string
}

const choiceOf = ({ bound, clear = false, placeholder }: ChoiceProps) => ({ ...inputOf(bound), 'aria-labelledby': `${bound.id}-label`, 'className': 'wide', 'allowClear': clear, 'getPopupContainer': inside, ...(placeholder === undefined ? {} : { placeholder }) })

export function UnitSelect(props: ChoiceProps & { readonly except?: ReadonlySet<string> }) {
  const units = useUnits()
  const options = (units.data ?? []).filter(unit => !props.except?.has(unit.id)).map(unit => ({ value: unit.id, label: `${'　'.repeat(unit.depth)}${unit.name} ${unit.code}` }))
  return <Select {...choiceOf(props)} value={props.value} loading={units.isPending} options={options} showSearch={{ optionFilterProp: 'label' }} labelRender={({ label }) => String(label ?? '').trim()} onChange={(id: string | undefined) => props.change(id ?? null)} />
}

/** A role as `app.role`; with `holds` the roles that it excludes are told. */
export function RoleSelect(props: ChoiceProps) {
  const label = useLabel(), roles = useRoles()
  const options = (roles.data ?? []).map(app => ({ label: label(app.label), title: app.app, options: app.roles.map(role => ({ value: `${app.app}.${role.role}`, label: `${label(app.label)} · ${label(role.label)}` })) }))
  return <Select {...choiceOf(props)} value={props.value} loading={roles.isPending} options={options} showSearch={{ optionFilterProp: 'label' }} onChange={(name: string | undefined) => props.change(name ?? null)} />
}

export function PersonSelect(props: ChoiceProps & { readonly named?: string | undefined, readonly by?: 'id' | 'username', readonly except?: string | undefined }) {
  const t = useWords(words), [typed, setTyped] = useState(''), search = useSettled(typed.trim()), by = props.by ?? 'id'
  const found = useQuery({ queryKey: ['organisation', 'choose', search], queryFn: ({ signal }) => get<Page<PersonRow>>('/api/admin/people', { query: { search, limit: 20 }, signal }) })
  const options = (found.data?.items ?? []).filter(person => person.id !== props.except).map(person => ({ value: person[by], label: [person.name, person.username, person.unit?.name].filter(Boolean).join(' · ') }))
  const stored = props.value !== null && props.named && !search && options.every(each => each.value !== props.value) ? [{ value: props.value, label: props.named }] : []
  return <Select {...choiceOf(props)} value={props.value} options={[...stored, ...options]} loading={found.isFetching} notFoundContent={t('nobody')} showSearch={{ filterOption: false, onSearch: setTyped }} onChange={(id: string | undefined) => { setTyped(''); props.change(id ?? null) }} />
}

/** From day to day, both included. */
export function DaysFields({ bind, to = 'to', days, change }: { readonly bind: Bind, readonly to?: 'to' | 'until', readonly days: TypedDays, readonly change: (days: TypedDays) => void }) {
  const t = useWords(words), first = bind('from'), last = bind(to)
  return (
    <div className="act-days">
      <Field bound={first} label={t('first_day')} hint={t('days_hint')}><DayInput id={first.id} invalid={first.fault !== ''} value={days.from} change={from => change({ ...days, from })} /></Field>
      <Field bound={last} label={t('last_day')}><DayInput id={last.id} invalid={last.fault !== ''} value={days.to} change={day => change({ ...days, to: day })} /></Field>
    </div>
  )
}

/** Faults of days in words, under the names that the server gives the fields. */
export function useDayFaults(): (faults: Readonly<Partial<Record<'from' | 'to', DayFault>>>, to?: 'to' | 'until') => Readonly<Record<string, string>> {
  const t = useWords(words)
  return (faults, to = 'to') => ({ ...(faults.from ? { from: t(`fault_${faults.from}`) } : {}), ...(faults.to ? { [to]: t(`fault_${faults.to}`) } : {}) })
}
