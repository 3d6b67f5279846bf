/** Who is asked: by role, post, group, leadership, a field or somebody's choice, and where. */
import { useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import type { Value } from '../../kernel/splice/print'
import { isMap, mapOf, textOf } from '../draft/definition'
import { pointerOf, useFinding } from '../draft/findings'
import { useDesigner } from './designer'
import { Choice } from './Choice'
import { Field, Group, useEnumWord, type FieldProps } from './Field'
import { useKnown } from './known_here'
import { labelOfKey, useSchema } from './schema'
import { workflowFile } from './workflow'
import { words } from './words'

const KINDS = ['role', 'post', 'group', 'leader_of', 'field', 'chosen_by', 'starter', 'owner', 'leader_of_holder'] as const
type Kind = (typeof KINDS)[number]
/** What else may be said of people of a kind. */
const MORE: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  role: ['in', 'count', 'pick', 'with_limit'],
  post: ['in', 'count', 'pick', 'with_limit'],
  group: ['in', 'count', 'pick', 'with_limit'],
  leader_of: ['levels', 'stop_at'],
  chosen_by: ['role', 'post', 'group', 'in', 'count'],
}
const SCOPES = ['own_branch', 'starter.branch', 'starter.region', 'record.branch', 'head_office'] as const
const ROLE = /^role\.(\S+?)(?: in (\S+))?$/

export function People({ path, within, value, label }: FieldProps & { readonly label: string }) {
  const t = useWords(words), say = useEnumWord(), locale = useLocale()
  const designer = useDesigner(), schema = useSchema()
  const roles = useKnown('role') ?? [], steps = useKnown('chosen_by') ?? []
  const finding = useFinding(workflowFile(designer.workflow), pointerOf(path))
  const word = textOf(value), role = ROLE.exec(word)
  // `role.x in y` is read as the map that says the same.
  const map = isMap(value) ? value : role ? { role: role[1] ?? '', ...(role[2] ? { in: role[2] } : {}) } : {}
  const kind = isMap(value) || role ? (('chosen_by' in map ? 'chosen_by' : KINDS.find(each => each in map)) ?? null) : (KINDS.find(each => each === word) ?? null)
  const keys = schema.keys(schema.shape('PeopleShape') ?? {})
  const choose = (next: Kind) => {
    const keep: Record<string, Value> = 'in' in map && (MORE[next] ?? []).includes('in') ? { in: textOf(map['in']) } : {}
    const first: Readonly<Record<string, Value>> = {
      role: { role: roles[0]?.value ?? 'role', ...keep }, post: { post: '岗位', ...keep }, group: { group: '委员会', ...keep }, leader_of: { leader_of: 'starter.branch' }, field: { field: 'owner' },
      chosen_by: { chosen_by: steps[0]?.value ?? 'starter', role: roles[0]?.value ?? 'role', ...keep },
    }
    designer.set(path, first[next] ?? next, within)
  }
  const shown = kind === null ? [] : [kind, ...(MORE[kind] ?? [])]
  const isWord = !isMap(value)
  return (
    <Group label={label} fault={finding ? `${finding.code} ${finding.message}` : null}>
      <div className="switch kinds" role="group" aria-label={label}>
        {KINDS.map(each => <button key={each} type="button" aria-pressed={kind === each} onClick={() => kind !== each && choose(each)}>{t(WORD[each])}</button>)}
      </div>
      {isWord && role && (
        <div className="two">
          <Choice label={t('role')} value={role[1] ?? ''} options={roles} choose={next => designer.set(path, `role.${next}${role[2] ? ` in ${role[2]}` : ''}`, within)} />
          <Choice label={labelOfKey(keys.find(([key]) => key === 'in')?.[1] ?? {}, 'in', locale)} value={role[2] ?? ''} unset={t('not_set')} options={SCOPES.map(each => ({ value: each, text: say(each) }))}
            choose={next => designer.set(path, `role.${role[1]}${next ? ` in ${next}` : ''}`, within)} />
        </div>
      )}
      {!isWord && <div className="two">{keys.filter(([key]) => shown.includes(key)).map(([key, node]) => <Field key={key} name={key} node={node} path={[...path, key]} within={path} value={mapOf(value)[key]} />)}</div>}
    </Group>
  )
}

const WORD = { role: 'role', post: 'post', group: 'group', leader_of: 'leader', field: 'field', chosen_by: 'chosen', starter: 'starter', owner: 'owner', leader_of_holder: 'leader_of_holder' } as const
