/** What may be done to a person, each act with its reason. */
import { Input } from 'antd'
import { useState } from 'react'
import { call, path, post } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { ActDialog, Field, inputOf } from './ActDialog'
import { faultsOfDays, momentsOf, type TypedDays } from './held'
import { DaysFields, RoleSelect, UnitSelect, useDayFaults } from './pickers'
import { useRoles } from './queries'
import type { PersonPage } from './types'
import { words } from './words'

/** An act that is being done: on the person, or on one thing that he holds. */
export type PersonAct =
  | { readonly act: 'change' | 'stop' | 'start' | 'give_role' | 'give_post' | 'join_group' }
  | { readonly act: 'take_role' | 'end_post' | 'leave_group', readonly id: string, readonly what: string }

type Done = (page: PersonPage, said: string) => void
interface DialogProps { readonly person: PersonPage, readonly done: Done, readonly close: () => void }

const NO_DAYS: TypedDays = { from: null, to: null }
const placeOf = (person: PersonPage, ...parts: readonly string[]) => path('api', 'admin', 'people', person.id, ...parts)

export function PersonActDialog({ chosen, ...props }: DialogProps & { readonly chosen: PersonAct }) {
  switch (chosen.act) {
    case 'change': return <Change {...props} />
    case 'stop': case 'start': return <Activity {...props} act={chosen.act} />
    case 'give_role': return <GiveRole {...props} />
    case 'give_post': return <GivePost {...props} />
    case 'join_group': return <JoinGroup {...props} />
    default: return <End {...props} act={chosen.act} id={chosen.id} what={chosen.what} />
  }
}

function Change({ person, done, close }: DialogProps) {
  const t = useWords(words), [name, setName] = useState(person.name), [unit, setUnit] = useState(person.unit?.id ?? null)
  const changes = { ...(name.trim() === person.name ? {} : { name: name.trim() }), ...(unit === (person.unit?.id ?? null) || unit === null ? {} : { unit }) }
  const check = () => (!name.trim() ? { name: t('need_name') } : unit === null && person.unit ? { unit: t('need_unit') } : Object.keys(changes).length === 0 ? { name: t('no_change') } : {})
  return (
    <ActDialog title={t('change_of', { name: person.name })} yes={t('change')} fields={['name', 'unit']} check={check} close={close} send={async reason => (await call<PersonPage>('PATCH', placeOf(person), { body: { ...changes, reason } })).data} done={page => done(page, t('changed'))}>
      {bind => (
        <>
          <Field bound={bind('name')} label={t('name')}><Input {...inputOf(bind('name'))} value={name} maxLength={120} onChange={event => setName(event.target.value)} /></Field>
          <Field bound={bind('unit')} label={t('unit')}><UnitSelect bound={bind('unit')} value={unit} change={setUnit} /></Field>
        </>
      )}
    </ActDialog>
  )
}

function Activity({ person, done, close, act }: DialogProps & { readonly act: 'stop' | 'start' }) {
  const t = useWords(words), stop = act === 'stop'
  return (
    <ActDialog
      title={t(`${act}_of`, { name: person.name })} text={t(`${act}_text`)} yes={t(act)} danger={stop} close={close}
      send={async reason => (await call<PersonPage>('PATCH', placeOf(person), { body: { active: !stop, reason } })).data} done={page => done(page, t(stop ? 'stopped' : 'started'))}
    />
  )
}

function GiveRole({ person, done, close }: DialogProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), faults = useDayFaults(), today = useMe().data?.business_date ?? ''
  const [name, setName] = useState<string | null>(null), [days, setDays] = useState(NO_DAYS)
  const roles = useRoles().data ?? []
  const [app = '', role = ''] = name?.split('.') ?? []
  const known = roles.find(each => each.app === app)?.roles ?? [], excluded = known.find(each => each.role === role)?.conflicts ?? []
  const named = excluded.map(each => label(known.find(other => other.role === each)?.label) || each).join(c('separator'))
  const check = () => ({ ...(name === null ? { role: t('need_role') } : {}), ...faults(faultsOfDays(days, today), 'until') })
  return (
    <ActDialog title={t('give_role_of', { name: person.name })} yes={t('give_role')} fields={['role', 'from', 'until']} check={check} close={close} send={reason => post<PersonPage>(placeOf(person, 'grants'), { body: { app, role, ...momentsOf(days, today), reason } })} done={page => done(page, t('gave_role'))}>
      {bind => (
        <>
          <Field bound={bind('role')} label={t('role')} {...(named ? { hint: t('excludes', { roles: named }) } : {})}><RoleSelect bound={bind('role')} value={name} change={setName} /></Field>
          <DaysFields bind={bind} to="until" days={days} change={setDays} />
        </>
      )}
    </ActDialog>
  )
}

/** Two days as the server takes them; nothing for what is not said. */
const daysOf = ({ from, to }: TypedDays) => ({ ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) })

function GivePost({ person, done, close }: DialogProps) {
  const t = useWords(words), faults = useDayFaults(), today = useMe().data?.business_date ?? ''
  const [unit, setUnit] = useState(person.unit?.id ?? null), [held, setHeld] = useState(''), [days, setDays] = useState(NO_DAYS)
  const check = () => ({ ...(unit === null ? { unit: t('need_unit') } : {}), ...(held.trim() ? {} : { post: t('need_post') }), ...faults(faultsOfDays(days, today)) })
  return (
    <ActDialog title={t('give_post_of', { name: person.name })} yes={t('give_post')} fields={['unit', 'post', 'from', 'to']} check={check} close={close} send={reason => post<PersonPage>(placeOf(person, 'posts'), { body: { unit, post: held.trim(), ...daysOf(days), reason } })} done={page => done(page, t('gave_post'))}>
      {bind => (
        <>
          <Field bound={bind('unit')} label={t('unit')}><UnitSelect bound={bind('unit')} value={unit} change={setUnit} /></Field>
          <Field bound={bind('post')} label={t('post')} hint={t('post_hint')}><Input {...inputOf(bind('post'))} value={held} maxLength={60} onChange={event => setHeld(event.target.value)} /></Field>
          <DaysFields bind={bind} days={days} change={setDays} />
        </>
      )}
    </ActDialog>
  )
}

function JoinGroup({ person, done, close }: DialogProps) {
  const t = useWords(words), faults = useDayFaults(), today = useMe().data?.business_date ?? ''
  const [group, setGroup] = useState(''), [days, setDays] = useState(NO_DAYS)
  const check = () => ({ ...(group.trim() ? {} : { group: t('need_group') }), ...faults(faultsOfDays(days, today)) })
  return (
    <ActDialog title={t('join_group_of', { name: person.name })} yes={t('join_group')} fields={['group', 'from', 'to']} check={check} close={close} send={reason => post<PersonPage>(placeOf(person, 'groups'), { body: { group: group.trim(), ...daysOf(days), reason } })} done={page => done(page, t('joined_group'))}>
      {bind => (
        <>
          <Field bound={bind('group')} label={t('group')}><Input {...inputOf(bind('group'))} value={group} maxLength={60} onChange={event => setGroup(event.target.value)} /></Field>
          <DaysFields bind={bind} days={days} change={setDays} />
        </>
      )}
    </ActDialog>
  )
}

/** Where each kind of thing that a person holds is ended, and what is said then. */
const ENDS = {
  take_role: { place: ['grants', 'revoke'], said: 'took_role' },
  end_post: { place: ['posts', 'end'], said: 'ended_post' },
  leave_group: { place: ['memberships', 'end'], said: 'left_group' },
} as const

function End({ act, id, what, done, close }: DialogProps & { readonly act: keyof typeof ENDS, readonly id: string, readonly what: string }) {
  const t = useWords(words), { place: [held, end], said } = ENDS[act]
  return (
    <ActDialog
      title={t(`${act}_of`, { what })} text={t(`${act}_text`)} yes={t(act)} danger close={close}
      send={reason => post<PersonPage>(path('api', 'admin', held, id, end), { body: { reason } })} done={page => done(page, t(said))}
    />
  )
}
