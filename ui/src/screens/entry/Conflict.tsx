/** Somebody else changed the record first: mine and theirs, field by field. */
import { Button, Radio } from 'antd'
import { useState } from 'react'
import type { RecordWire } from '../../kernel/api/types'
import { titlesOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { same, type Filled } from './model'
import type { Entry, EntryParts } from './useEntry'
import { words } from './words'

/** Fields that both changed, and differently. */
export const conflicts = (parts: EntryParts, before: Filled, mine: Filled, theirs: Filled): readonly string[] =>
  Object.keys(parts.entity.fields).filter(name => name in mine && !same(mine[name], before[name]) && !same(theirs[name], before[name]) && !same(mine[name], theirs[name]))

/** Theirs, with what I changed and they did not. */
export const merged = (before: Filled, mine: Filled, theirs: Filled, mineFor: ReadonlySet<string>): Filled => {
  const next: Record<string, Filled[string]> = { ...theirs }
  for (const [name, value] of Object.entries(mine)) {
    const changedByMe = !same(value, before[name]), changedByThem = !same(theirs[name], before[name])
    if (changedByMe && (!changedByThem || mineFor.has(name))) next[name] = value
  }
  return next
}

interface ConflictProps {
  readonly parts: EntryParts
  readonly entry: Entry
  readonly before: Filled
  readonly theirs: RecordWire
  readonly done: (values: Filled) => void
}

export function Conflict({ parts, entry, before, theirs, done }: ConflictProps) {
  const t = useWords(words), label = useLabel(), show = useShow(parts.screens.timezone)
  const names = conflicts(parts, before, entry.values, theirs)
  const [mineFor, setMineFor] = useState<ReadonlySet<string>>(new Set())
  const choose = (name: string, mine: boolean) => setMineFor(current => new Set(mine ? [...current, name] : [...current].filter(each => each !== name)))
  return (
    <div className="summary conflict" role="alert">
      <h2>{t('changed_elsewhere')}</h2>
      <p>{t(names.length > 0 ? 'changed_text' : 'changed_apart')}</p>
      <ul>
        {names.map(name => {
          const field = parts.entity.fields[name]
          if (!field) return null
          return (
            <li key={name} className="conflict-row">
              <b id={`conflict-${name}`}>{label(field.label)}</b>
              <Radio.Group aria-labelledby={`conflict-${name}`} value={mineFor.has(name)} onChange={event => choose(name, event.target.value as boolean)}>
                <Radio value={false}>{t('theirs')}：{show(field, theirs[name], titlesOf(theirs)[name]) || t('empty')}</Radio>
                <Radio value>{t('mine')}：{show(field, entry.values[name], entry.titles[name]) || t('empty')}</Radio>
              </Radio.Group>
            </li>
          )
        })}
      </ul>
      <Button size="small" type="primary" onClick={() => done(merged(before, entry.values, theirs, mineFor))}>{t(names.length > 0 ? 'take' : 'merge')}</Button>
    </div>
  )
}
