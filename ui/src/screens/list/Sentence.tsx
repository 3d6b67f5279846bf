/** The row that says what the list shows: the conditions, the filters it offers, the search. */
import { Input, type InputRef } from 'antd'
import { useEffect, useState, type Ref } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale, useNoun } from '../../kernel/i18n/locale'
import { AddChip, Chip, ConditionText } from './Chips'
import { viewOf } from './data'
import { columnAt, columnsOf, filterable, type ListParts } from './fields'
import { conditionsOf, expressionOf, normalised, type Condition } from './sentence'
import type { ListPlace } from './state'
import { words } from './words'

const WAIT = 350

/** The conditions of the URL, or the one expression that says more than conditions can. */
export function useConditions(parts: ListParts, where: string): { readonly conditions: readonly Condition[], readonly own: string | null, readonly write: (next: readonly Condition[]) => string } {
  const typeOf = (path: string) => columnAt(parts, path).type
  const read = conditionsOf(where)
  return {
    conditions: (read ?? []).map(condition => normalised(condition, typeOf(condition.path))),
    own: read === null ? where : null,
    write: next => expressionOf(next, typeOf),
  }
}

/** What a view always asks, as text: its conditions are changed by leaving the view, not here. */
function Said({ parts, where, name, more }: { readonly parts: ListParts, readonly where: string, readonly name: string, readonly more: boolean }) {
  const t = useWords(words)
  const { screens: { app, timezone: zone } } = parts
  const { conditions, own } = useConditions(parts, where)
  if (!where) return null
  // What is more than conditions joined by “and” is called by the name of its view.
  const said = own !== null ? [<b key="name">{name}</b>] : conditions.map(condition => <ConditionText key={`${condition.path} ${condition.operator}`} condition={condition} columnOf={path => columnAt(parts, path)} app={app} zone={zone} />)
  return <>{said.map((part, at) => <span key={part.key} className="sentence-part">{at > 0 && <span className="quiet">{t('and')}</span>}<span className="chip chip-fixed"><span className="chip-text">{part}</span></span></span>)}{more && <span className="quiet">{t('and')}</span>}</>
}

export function Filter({ parts, place }: { readonly parts: ListParts, readonly place: ListPlace }) {
  const t = useWords(words), noun = useNoun(), label = useLabel()
  const { screens: { app, timezone: zone }, list } = parts
  const columns = filterable(columnsOf(parts))
  const { conditions, own, write } = useConditions(parts, place.state.where)
  const set = (next: readonly Condition[]) => place.ask({ where: write(next) })
  const view = viewOf(parts, place.state.view)
  // What the view asks already is not offered as if it were open.
  const asked = [...conditions, ...(conditionsOf(view?.where ?? '') ?? [])]
  const offered = list.quick_filters.flatMap(path => columns.find(column => column.path === path) ?? []).filter(column => !asked.some(each => each.path === column.path))
  const name = noun(list.label)
  // Chinese says what is shown behind its conditions, English before them.
  const behind = useLocale() === 'zh'
  const isEmpty = conditions.length === 0 && own === null && view === null
  return (
    <div className="sentence" role="group" aria-label={t('filter')}>
      <span className="quiet sentence-word">{t('show')}</span>
      {isEmpty && <span className="sentence-word">{t('all_of', { label: name })}</span>}
      {!isEmpty && !behind && <span>{t('where', { label: name })}</span>}
      {view && <Said parts={parts} where={view.where ?? ''} name={label(view.label)} more={conditions.length > 0 || own !== null} />}
      {own !== null && (
        <span className="chip"><span className="chip-text">{t('own')} <code className="mono">{own}</code></span>
          <button type="button" className="chip-remove" aria-label={t('remove', { text: t('own') })} onClick={() => place.ask({ where: '' })}><span aria-hidden="true">×</span></button></span>
      )}
      {conditions.map((condition, at) => (
        <span key={`${condition.path} ${condition.operator}`} className="sentence-part">
          {at > 0 && <span className="quiet">{t('and')}</span>}
          <Chip
            condition={condition} columnOf={path => columnAt(parts, path)} app={app} zone={zone}
            change={next => set(conditions.map((each, index) => (index === at ? next : each)))} remove={() => set(conditions.filter((_, index) => index !== at))}
          />
        </span>
      ))}
      {!isEmpty && behind && <span>{t('of', { label: name })}</span>}
      {own === null && offered.map(column => <AddChip key={column.path} column={column} columns={columns} app={app} zone={zone} add={next => set([...conditions, next])} />)}
      {own === null && <AddChip columns={columns} app={app} zone={zone} add={next => set([...conditions, next])} />}
      {!isEmpty && <button type="button" className="link sentence-clear" onClick={() => place.ask({ where: '', view: '' })}>{t('clear')}</button>}
    </div>
  )
}

/** The search box; it asks after a pause and keeps what is typed. */
export function SearchBox({ parts, place, box }: { readonly parts: ListParts, readonly place: ListPlace, readonly box: Ref<InputRef> }) {
  const t = useWords(words), label = useLabel()
  const { search } = place.state
  const [typed, setTyped] = useState(search), [seen, setSeen] = useState(search)
  if (seen !== search) {
    setSeen(search)
    setTyped(search)
  }
  useEffect(() => {
    if (typed.trim() === search) return
    const timer = setTimeout(() => place.ask({ search: typed.trim() }, true), WAIT)
    return () => clearTimeout(timer)
  })
  const names = columnsOf(parts).filter(column => parts.list.search.includes(column.path)).map(column => label(column.label)).join(t('or_list'))
  const hint = names ? t('search', { fields: names }) : t('search_plain')
  return <Input ref={box} className="list-search" value={typed} allowClear placeholder={hint} aria-label={hint} suffix={typed ? undefined : <kbd>/</kbd>} onChange={event => setTyped(event.target.value)} />
}
