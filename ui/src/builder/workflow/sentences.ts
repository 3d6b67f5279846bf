/** What a card says of its step: who, how several decide, how long. */

import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import type { Model } from '../../kernel/splice/document'
import { entriesOf } from '../../kernel/splice/document'
import { fieldsOf, isMap, labelOf, listOf, mapOf, textOf, type ModelMap } from '../draft/definition'
import type { Files } from '../draft/files'
import { useDraft } from '../draft/store'
import { codeInWords, inWords } from './expression_words'
import { allBlocks, type Block, type Branch } from './tree'
import { words } from './words'

const LENGTH = /^([0-9]+) ?(working )?(s|m|h|d|seconds?|minutes?|hours?|days?)$/

export interface Sentences {
  readonly title: (block: Block) => string
  readonly branch: (block: Block, branch: Branch) => string
  readonly who: (by: Model | undefined) => string
  readonly lines: (block: Block) => readonly string[]
  readonly length: (text: string) => string
  readonly kind: (block: Block) => string
  readonly expression: (text: string) => string
}

/** The role of `role.x in scope`, of a word. */
const ROLE = /^role\.(\S+?)(?: in (\S+))?$/

export function useSentences(workflow: ModelMap, entity: string): Sentences {
  const t = useWords(words), label = useLabel(), locale = useLocale()
  const files = useDraft(state => state.files)
  const roleOf = (name: string) => label(labelOf(mapOf(rolesIn(files)[name])['label'])) || name
  const scopeOf = (scope: string) => (scope ? ` · ${scope in SCOPES ? t(SCOPES[scope as keyof typeof SCOPES]) : scope}` : '')
  const titles = new Map<string, string>()
  const stepTitle = (name: string) => titles.get(name) ?? name

  const who = (by: Model | undefined): string => {
    const word = textOf(by)
    const role = ROLE.exec(word)
    if (role) return `${t('role')} ${roleOf(role[1] ?? '')}${scopeOf(role[2] ?? '')}`
    if (word === 'starter' || word === 'owner' || word === 'leader_of_holder') return t(word)
    if (!isMap(by)) return word || t('nobody_said')
    const scope = scopeOf(textOf(by['in']))
    if ('chosen_by' in by) {
      const chooser = textOf(by['chosen_by'])
      return t('chosen_by', { who: chooser === 'starter' ? t('starter') : stepTitle(chooser), range: who(Object.fromEntries(Object.entries(by).filter(([key]) => key !== 'chosen_by'))) })
    }
    if ('role' in by) return `${t('role')} ${roleOf(textOf(by['role']))}${scope}`
    if ('post' in by) return `${t('post')} ${textOf(by['post'])}${scope}`
    if ('group' in by) return `${t('group')} ${textOf(by['group'])}${scope}`
    if ('leader_of' in by) return `${t('leader')}${scopeOf(textOf(by['leader_of']))}`
    if ('field' in by) return `${t('field')} ${label(labelOf(mapOf(fieldsOf(files, entity)[textOf(by['field'])])['label'])) || textOf(by['field'])}`
    return t('nobody_said')
  }

  const length = (text: string): string => {
    const found = LENGTH.exec(text)
    if (!found) return text
    const unit = `${found[2] ? 'working_' : ''}${UNITS[(found[3] ?? 's').charAt(0) as keyof typeof UNITS]}` as 'minute'
    return t(unit, { count: Number(found[1]) })
  }

  const rule = (model: ModelMap): string => {
    const is = (key: string) => textOf(model[key]) === 'true'
    const share = (key: string) => textOf(model[key]).replace(/ of (seats|voted|present)$/, '')
    if ('quorum' in model) return t('rule_vote', { quorum: share('quorum'), pass: share('pass') })
    if ('weights' in model) return t('rule_weights', { pass: textOf(model['pass']) })
    if ('pass' in model) return t('rule_pass', { pass: share('pass') })
    if ('first' in model) return t('rule_first')
    if (is('any_approve')) return t('rule_any')
    if (is('in_turn')) return t('rule_in_turn')
    if (is('all')) return t(is('one_veto') ? 'rule_all_veto' : 'rule_all')
    return ''
  }

  const how = (block: Block): string => {
    const by = mapOf(block.model['by']), due = mapOf(block.model['due'])
    const count = isMap(by['count']) ? [textOf(by['count']['min']), textOf(by['count']['max'])].filter(Boolean).join('–') : textOf(by['count'])
    const pick = textOf(by['pick'])
    const parts = [
      rule(mapOf(block.model['rule'])),
      count && t('people', { count }),
      pick && pick !== 'all' ? t(`pick_${pick}` as 'pick_claim') : '',
      'limit' in block.model || 'with_limit' in by ? t('within_limit') : '',
      'within' in due ? [length(textOf(due['within'])), afterwards(due)].filter(Boolean).join(t('comma')) : 'open_for' in block.model ? length(textOf(block.model['open_for'])) : '',
    ]
    return parts.filter(Boolean).join(' · ')
  }

  const afterwards = (due: ModelMap): string => {
    const then = textOf(due['then']) || 'remind'
    if (then === 'remind') return 'at_most' in due ? t('then_remind', { count: textOf(due['at_most']) }) : ''
    return then === 'escalate' || then === 'reject' || then === 'approve' ? t(`then_${then}`) : then
  }

  const rules = listOf(mapOf(workflow['controls'])['four_eyes']).map(mapOf)
  const eyes = (name: string): string => {
    const over = rules.filter(each => ['different_people', 'same_person', 'may_not_act_at'].some(key => listOf(each[key]).some(step => coversStep(textOf(step), name))))
    return over.length ? t('eyes', { rules: over.map(each => label(labelOf(each['title'])) || textOf(each['name'])).join(t('comma')) }) : ''
  }

  const lines = (block: Block): readonly string[] => {
    const { model } = block
    const when = 'when' in model ? t('only_when', { condition: inWords(textOf(model['when']), files, entity, locale) }) : ''
    switch (block.verb) {
      case 'fill': case 'approve': case 'vote':
        return [who(model['by']), how(block), when, eyes(block.name)].filter(Boolean)
      case 'call':
        return [textOf(model['connector']), 'undo' in model ? t('undo_by', { operation: textOf(model['undo']) }) : '', when].filter(Boolean)
      case 'copy': {
        const copy = mapOf(model['copy']), hidden = listOf(mapOf(copy['fields'])['hide']).length
        return [listOf(copy['to']).map(who).join(t('comma')), hidden ? t('hides', { count: hidden }) : '', textOf(copy['must_read']) === 'true' ? t('must_read') : '', when].filter(Boolean)
      }
      case 'wait':
        return ['for' in model ? length(textOf(model['for'])) : 'until' in model ? t('until', { moment: inWords(textOf(model['until']), files, entity, locale) }) : t('event', { event: textOf(model['event']) }), when].filter(Boolean)
      case 'sub_flow':
        return [textOf(model['workflow']), when].filter(Boolean)
      case 'choose': case 'together': case 'any_of':
        return [t('inside', { branches: block.branches.length, steps: allBlocks(block.branches.flatMap(branch => branch.steps)).length })]
      case null:
        return [t('unknown_step')]
    }
  }

  const title = (block: Block): string => {
    const own = label(labelOf(block.model['title']))
    if (own) return own
    const table = mapOf(workflow['authority'])['table']
    if (block.verb === 'choose' && textOf(block.model['choose']).startsWith('authority.') && table) return label(labelOf(mapOf(files[`decisions/${textOf(table)}.yaml`]?.model)['label'])) || textOf(table)
    if (block.verb === 'choose' && typeof block.model['choose'] === 'string') return t('by_value', { value: inWords(block.model['choose'], files, entity, locale) })
    return block.name || (block.verb ? t(`title_${block.verb}`) : t('unknown_step'))
  }

  const branch = (block: Block, each: Branch): string => {
    const own = label(labelOf(each.model['title']))
    if (own) return own
    switch (each.kind) {
      case 'case':
        return each.condition ? inWords(each.condition, files, entity, locale) : t('no_condition')
      case 'code':
        return codeInWords(each.condition, textOf(block.model['choose']), files, entity, locale)
      case 'else': case 'otherwise':
        return t('otherwise')
      case 'branch':
        return each.name || t('branch')
    }
  }
  for (const [, value] of entriesOf(workflow)) for (const each of listOf(value)) collectTitles(each, titles, label)
  return { title, branch, who, lines, length, kind: block => (block.verb ? t(`kind_${block.verb}`) : ''), expression: text => inWords(text, files, entity, locale) }
}

/** Whether a name in a list of steps means a step: itself, or every `decide@…`. */
export const coversStep = (named: string, step: string): boolean => named !== '' && (named === step || step.startsWith(`${named}@`))

const rolesIn = (files: Files): ModelMap => mapOf(mapOf(files['roles.yaml']?.model)['roles'])
const UNITS = { s: 'second', m: 'minute', h: 'hour', d: 'day' } as const
const SCOPES = { 'own_branch': 'scope_own_branch', 'starter.branch': 'scope_starter_branch', 'starter.department': 'scope_starter_department', 'starter.region': 'scope_starter_region', 'record.branch': 'scope_record_branch', 'head_office': 'scope_head_office' } as const

/** The titles of steps by name, wherever they stand. */
function collectTitles(model: Model, titles: Map<string, string>, label: ReturnType<typeof useLabel>): void {
  if (Array.isArray(model)) model.forEach(each => collectTitles(each, titles, label))
  else if (isMap(model)) {
    const title = label(labelOf(model['title']))
    for (const verb of ['fill', 'approve', 'vote', 'call']) if (title && typeof model[verb] === 'string') titles.set(textOf(model[verb]), title)
    Object.values(model).forEach(each => collectTitles(each, titles, label))
  }
}
