/** What "+" puts in: each verb with the least that it needs, and the usual ways in which several people approve. */

import type { Value } from '../../kernel/splice/print'
import { entriesOf } from '../../kernel/splice/document'
import { fieldsOf, freeName, mapOf, textOf } from '../draft/definition'
import type { Files } from '../draft/files'
import { workflowsIn } from './workflow'

export const PRESETS = ['fill', 'approve', 'all', 'first', 'in_turn', 'vote', 'choose', 'together', 'any_of', 'call', 'copy', 'wait', 'sub_flow'] as const
export type Preset = (typeof PRESETS)[number]

/** Names and titles of what is new. */
const CALLED: Readonly<Record<Preset, readonly [name: string, zh: string, en: string]>> = {
  fill: ['fill', '录入', 'Entry'],
  approve: ['approve', '审批', 'Approval'],
  all: ['review', '会签', 'Joint review'],
  first: ['review', '或签', 'Review by one of several'],
  in_turn: ['review', '依次审批', 'Review in turn'],
  vote: ['vote', '表决', 'Vote'],
  choose: ['', '条件分支', 'Decision'],
  together: ['', '并行', 'At the same time'],
  any_of: ['', '竞争', 'Whichever is first'],
  call: ['call', '调用', 'Call'],
  copy: ['', '抄送', 'Copy'],
  wait: ['wait', '等待', 'Wait'],
  sub_flow: ['sub_flow', '子流程', 'Sub-flow'],
}

/** Nobody waits without an end: a step that is put in has a time, which its author changes. */
const DUE: Value = { within: '2 days' }

/** The roles that the app declares. */
export const rolesOf = (files: Files): readonly string[] => Object.keys(mapOf(mapOf(files['roles.yaml']?.model)['roles']))

/** The operations of its bindings, as `binding.operation`; `kind` tells commands from inquiries. */
export function operationsOf(files: Files): readonly { readonly name: string, readonly command: boolean }[] {
  const bindings = mapOf(mapOf(files['bindings.yaml']?.model)['bindings'])
  return entriesOf(bindings).flatMap(([binding, model]) =>
    entriesOf(mapOf(mapOf(model)['operations'])).map(([operation, one]) => ({ name: `${binding}.${operation}`, command: textOf(mapOf(one)['kind']) === 'command' })))
}

/** A first condition over the entity: its first amount or number, else one that never holds. */
export function firstCondition(files: Files, entity: string): string {
  const number = Object.entries(fieldsOf(files, entity)).find(([, field]) => ['money', 'decimal', 'integer'].includes(textOf(mapOf(field)['type'])))
  return number ? `${number[0]} <= 100000` : 'false'
}

/** Why a preset cannot be put in: the app has nothing that it could name. */
export function missingFor(preset: Preset, files: Files, workflow: string): 'operation' | 'workflow' | null {
  if (preset === 'call') return operationsOf(files).length ? null : 'operation'
  if (preset === 'sub_flow') return workflowsIn(files).some(name => name !== workflow) ? null : 'workflow'
  return null
}

interface Around { readonly files: Files, readonly workflow: string, readonly entity: string, readonly names: readonly string[] }

/** The step as it is written, and what it is called by. */
export function newStep(preset: Preset, around: Around): { readonly value: Value, readonly name: string } {
  const { files, workflow, entity, names } = around
  const [wanted, zh, en] = CALLED[preset]
  const name = wanted && freeName(wanted, names)
  const title = { zh, en }
  const role = rolesOf(files)[0] ?? 'role'
  const approval = (called: string, extra: Record<string, Value>): Value => ({ approve: called, title, by: { role, pick: 'claim' }, ...extra, due: DUE })
  switch (preset) {
    case 'fill':
      return { name, value: { fill: name, title, by: 'starter' } }
    case 'approve':
      return { name, value: approval(name, {}) }
    case 'all':
      return { name, value: { approve: name, title, by: { role }, rule: { all: true, one_veto: true }, due: DUE } }
    case 'first':
      return { name, value: { approve: name, title, by: { role }, rule: { first: 'decides' }, due: DUE } }
    case 'in_turn':
      return { name, value: { approve: name, title, by: { role }, rule: { in_turn: true }, due: DUE } }
    case 'vote':
      return { name, value: { vote: name, title, by: { role }, rule: { quorum: '2/3', pass: '2/3 of present', abstain: 'counts_as_present' }, open_for: '1 day', due: DUE } }
    case 'choose':
      return { name, value: { choose: [{ if: firstCondition(files, entity), steps: [] }, { else: true, steps: [] }] } }
    case 'together':
    case 'any_of': {
      const one = freeName('approve', names), two = freeName('approve', [...names, one])
      const branch = (called: string, step: string, label: readonly [string, string]): Value => ({ name: called, title: { zh: label[0], en: label[1] }, steps: [{ approve: step, title: { zh: '审批', en: 'Approval' }, by: { role, pick: 'claim' }, due: DUE }] })
      return { name, value: { [preset]: [branch('one', one, ['第一支', 'First branch']), branch('two', two, ['第二支', 'Second branch'])] } }
    }
    case 'call':
      return { name, value: { call: name, title, connector: operationsOf(files)[0]?.name ?? '' } }
    case 'copy':
      return { name, value: { copy: { to: ['starter'] } } }
    case 'wait':
      return { name, value: { wait: name, title, for: '1 day' } }
    case 'sub_flow':
      return { name, value: { sub_flow: name, title, workflow: workflowsIn(files).find(each => each !== workflow) ?? '' } }
  }
}
