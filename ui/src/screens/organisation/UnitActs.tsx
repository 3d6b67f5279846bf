/** What may be done to a unit, each act with its reason. */
import { Checkbox, Input } from 'antd'
import { useState } from 'react'
import { call, path, post } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { ActDialog, Field, inputOf } from './ActDialog'
import { PersonSelect, UnitSelect } from './pickers'
import { withBelow } from './tree'
import type { Unit } from './types'
import { words } from './words'

export type UnitAct = 'new_unit' | 'change_unit' | 'move_unit' | 'lead_unit' | 'close_unit'
export interface TreeAnswer { readonly id: string, readonly items: readonly Unit[] }

interface DialogProps { readonly unit: Unit, readonly units: readonly Unit[], readonly done: (answer: TreeAnswer, said: string) => void, readonly close: () => void }

export function UnitActDialog({ act, unit, ...props }: Omit<DialogProps, 'unit'> & { readonly act: UnitAct, readonly unit: Unit | null }) {
  if (act === 'new_unit') return <NewUnit {...props} parent={unit} />
  if (unit === null) return null
  switch (act) {
    case 'change_unit': return <Change {...props} unit={unit} />
    case 'move_unit': return <Move {...props} unit={unit} />
    case 'lead_unit': return <Lead {...props} unit={unit} />
    default: return <Close {...props} unit={unit} />
  }
}

const patch = async (unit: Unit, body: object): Promise<TreeAnswer> => (await call<TreeAnswer>('PATCH', path('api', 'admin', 'units', unit.id), { body })).data

function NewUnit({ parent, done, close }: Omit<DialogProps, 'unit'> & { readonly parent: Unit | null }) {
  const t = useWords(words)
  const [code, setCode] = useState(''), [name, setName] = useState(''), [above, setAbove] = useState(parent?.id ?? null), [region, setRegion] = useState(parent?.region ?? ''), [department, setDepartment] = useState(false)
  const check = () => ({ ...(code.trim() ? {} : { code: t('need_code') }), ...(name.trim() ? {} : { name: t('need_unit_name') }) })
  const body = { code: code.trim(), name: name.trim(), department, ...(above === null ? {} : { parent: above }), ...(region.trim() ? { region: region.trim() } : {}) }
  return (
    <ActDialog title={t('new_unit')} yes={t('new_unit')} fields={['code', 'name', 'parent', 'region']} check={check} close={close} send={reason => post<TreeAnswer>('/api/admin/units', { body: { ...body, reason } })} done={answer => done(answer, t('added', { name: body.name }))}>
      {bind => (
        <>
          <Field bound={bind('code')} label={t('code')} hint={t('code_hint')}><Input {...inputOf(bind('code'))} value={code} maxLength={40} autoComplete="off" onChange={event => setCode(event.target.value)} /></Field>
          <Field bound={bind('name')} label={t('unit_name')}><Input {...inputOf(bind('name'))} value={name} maxLength={120} autoComplete="off" onChange={event => setName(event.target.value)} /></Field>
          <Field bound={bind('parent')} label={t('unit_above')}><UnitSelect bound={bind('parent')} value={above} clear placeholder={t('at_top')} change={setAbove} /></Field>
          <Field bound={bind('region')} label={t('region')}><Input {...inputOf(bind('region'))} value={region} maxLength={120} onChange={event => setRegion(event.target.value)} /></Field>
          <p><Checkbox checked={department} onChange={event => setDepartment(event.target.checked)}>{t('department_is')}</Checkbox></p>
        </>
      )}
    </ActDialog>
  )
}

function Change({ unit, done, close }: DialogProps) {
  const t = useWords(words), [name, setName] = useState(unit.name), [region, setRegion] = useState(unit.region ?? '')
  const changes = { ...(name.trim() === unit.name ? {} : { name: name.trim() }), ...(region.trim() === (unit.region ?? '') ? {} : { region: region.trim() }) }
  const check = () => (!name.trim() ? { name: t('need_unit_name') } : Object.keys(changes).length === 0 ? { name: t('no_change') } : {})
  return (
    <ActDialog title={t('change_of', { name: unit.name })} yes={t('change')} fields={['name', 'region']} check={check} close={close} send={reason => patch(unit, { ...changes, reason })} done={answer => done(answer, t('changed'))}>
      {bind => (
        <>
          <Field bound={bind('name')} label={t('unit_name')}><Input {...inputOf(bind('name'))} value={name} maxLength={120} onChange={event => setName(event.target.value)} /></Field>
          <Field bound={bind('region')} label={t('region')}><Input {...inputOf(bind('region'))} value={region} maxLength={120} onChange={event => setRegion(event.target.value)} /></Field>
        </>
      )}
    </ActDialog>
  )
}

function Move({ unit, units, done, close }: DialogProps) {
  const t = useWords(words), [parent, setParent] = useState(unit.parent), below = withBelow(units, unit.id)
  const check = () => (parent === null ? { parent: t('need_unit') } : parent === unit.parent ? { parent: t('no_change') } : {})
  return (
    <ActDialog title={t('move_unit_of', { name: unit.name })} text={t('move_unit_text', { count: below.size - 1 })} yes={t('move_unit')} fields={['parent']} check={check} close={close} send={reason => patch(unit, { parent, reason })} done={answer => done(answer, t('moved_unit'))}>
      {bind => <Field bound={bind('parent')} label={t('unit_above')}><UnitSelect bound={bind('parent')} value={parent} except={below} change={setParent} /></Field>}
    </ActDialog>
  )
}

function Lead({ unit, done, close }: DialogProps) {
  const t = useWords(words), me = useMe().data, [leader, setLeader] = useState(unit.leader?.id ?? null)
  const check = () => (leader === (unit.leader?.id ?? null) ? { leader: t('no_change') } : {})
  return (
    <ActDialog title={t('lead_unit_of', { name: unit.name })} text={t('lead_unit_text')} yes={t('lead_unit')} fields={['leader']} check={check} close={close} send={reason => patch(unit, { leader: leader ?? '', reason })} done={answer => done(answer, t('led_unit'))}>
      {bind => <Field bound={bind('leader')} label={t('leader')}><PersonSelect bound={bind('leader')} value={leader} named={unit.leader?.name} except={me?.id} clear placeholder={t('nobody_leads')} change={setLeader} /></Field>}
    </ActDialog>
  )
}

function Close({ unit, done, close }: DialogProps) {
  const t = useWords(words)
  return <ActDialog title={t('close_unit_of', { name: unit.name })} text={t('close_unit_text')} yes={t('close_unit')} danger close={close} send={reason => patch(unit, { closed: true, reason })} done={answer => done(answer, t('closed_unit', { name: unit.name }))} />
}
