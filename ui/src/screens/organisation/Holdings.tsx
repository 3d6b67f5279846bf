/** What a person holds and held: roles, posts and groups, each with its days, its source and its end. */
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { showDay, showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { isOpen, periodOfGrant, shownOf, type Period, type Shown } from './held'
import type { PersonAct } from './PersonActs'
import { useRoles } from './queries'
import type { Grant, Membership, Post } from './types'
import { words } from './words'

/** Begins an act; null where this person may not. */
export type Begin = ((act: PersonAct) => void) | null

const TONES = { holds: 'tag-ok', ahead: 'tag-brand', over: '', ended: '' } as const

interface TableProps { readonly id: string, readonly title: string, readonly note?: string, readonly give: ReactNode, readonly columns: readonly string[], readonly empty: boolean, readonly shown: Shown, readonly children: ReactNode }

function HeldTable({ id, title, note, give, columns, empty, shown, children }: TableProps) {
  const t = useWords(words)
  return (
    <section className="card held-card" aria-labelledby={id}>
      <div className="card-head"><h2 id={id}>{title}</h2><small className="hint grow">{note}</small>{give}</div>
      {empty ? <p className="card-body quiet">{t(typeof shown === 'string' ? 'none_held' : 'none_held_on')}</p> : (
        <div className="table-scroll stack-scroll" tabIndex={0} role="region" aria-label={title}>
          <table className="table stack">
            <caption className="sr">{title}</caption>
            <thead><tr>{[...columns, t('period'), t('source'), t('state')].map(name => <th key={name} scope="col">{name}</th>)}<th scope="col"><span className="sr">{t('change')}</span></th></tr></thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function usePeriod(): (period: Period, until?: string | null) => string {
  const t = useWords(words), locale = useLocale(), now = useNow()
  return ({ first, last }, until = null) => {
    const end = until ? showInstant(until, locale, now) : last && showDay(last, locale)
    if (first && end) return t('days', { first: showDay(first, locale), last: end })
    if (first) return t('from', { day: showDay(first, locale) })
    return end ? t('until', { day: end }) : t('always')
  }
}

/** Days, source, state and the way to end it: the same for everything that is held. */
function HeldCells({ held, period, end }: { readonly held: Grant | Post | Membership, readonly period: string, readonly end: ReactNode }) {
  const t = useWords(words), locale = useLocale(), now = useNow()
  const by = (who: { readonly name: string } | null, at: string | null) => (who && at ? t('by', { name: who.name, time: showInstant(at, locale, now) }) : t('by_platform'))
  return (
    <>
      <td>{period}</td>
      <td className="held-source"><span>{t('direct')} · {by(held.given_by, held.given_at)}</span>{held.reason && <small className="quiet">{t('why', { reason: held.reason })}</small>}</td>
      <td className="held-source">
        <span><span className={`tag ${TONES[held.state]}`}>{t(held.state)}</span></span>
        {held.ended_at && <small className="quiet">{held.ended_by ? t('ended_by', { name: held.ended_by.name, time: showInstant(held.ended_at, locale, now) }) : showInstant(held.ended_at, locale, now)}</small>}
        {held.end_reason && <small className="quiet">{t('why', { reason: held.end_reason })}</small>}
      </td>
      <td className="num">{isOpen(held) && end}</td>
    </>
  )
}

function EndButton({ act, id, what, begin }: { readonly act: 'take_role' | 'end_post' | 'leave_group', readonly id: string, readonly what: string, readonly begin: Begin }) {
  const t = useWords(words)
  return begin && <button type="button" className="link" aria-label={t(`${act}_of`, { what })} onClick={() => begin({ act, id, what })}>{t(act)}</button>
}

export function Grants({ grants, shown, begin }: { readonly grants: readonly Grant[], readonly shown: Shown, readonly begin: Begin }) {
  const t = useWords(words), label = useLabel(), period = usePeriod(), roles = useRoles().data, held = shownOf(grants, shown)
  const give = begin && <Button size="small" onClick={() => begin({ act: 'give_role' })}>{t('give_role')}</Button>
  return (
    <HeldTable id="held-roles" title={t('roles_held')} note={t('roles_note')} give={give} columns={[t('role'), t('app')]} empty={held.length === 0} shown={shown}>
      {held.map(each => {
        const days = periodOfGrant(each), what = label(each.label)
        return <tr key={each.id}><th scope="row">{what}</th><td>{label(roles?.find(app => app.app === each.app)?.label) || each.app}</td><HeldCells held={each} period={period(days, days.until)} end={<EndButton act="take_role" id={each.id} what={what} begin={begin} />} /></tr>
      })}
    </HeldTable>
  )
}

export function Posts({ posts, own, shown, begin }: { readonly posts: readonly Post[], readonly own: string | null, readonly shown: Shown, readonly begin: Begin }) {
  const t = useWords(words), period = usePeriod(), held = shownOf(posts, shown)
  const give = begin && <Button size="small" onClick={() => begin({ act: 'give_post' })}>{t('give_post')}</Button>
  return (
    <HeldTable id="held-posts" title={t('posts_held')} give={give} columns={[t('post'), t('unit')]} empty={held.length === 0} shown={shown}>
      {held.map(each => (
        <tr key={each.id}>
          <th scope="row">{each.post}</th>
          <td>{each.unit.name}{each.unit.id !== own && <> <span className="tag">{t('dotted')}</span></>}</td>
          <HeldCells held={each} period={period({ first: each.from, last: each.to })} end={<EndButton act="end_post" id={each.id} what={`${each.unit.name ?? ''} ${each.post}`} begin={begin} />} />
        </tr>
      ))}
    </HeldTable>
  )
}

export function Memberships({ groups, shown, begin }: { readonly groups: readonly Membership[], readonly shown: Shown, readonly begin: Begin }) {
  const t = useWords(words), period = usePeriod(), held = shownOf(groups, shown)
  const give = begin && <Button size="small" onClick={() => begin({ act: 'join_group' })}>{t('join_group')}</Button>
  return (
    <HeldTable id="held-groups" title={t('groups_held')} give={give} columns={[t('group')]} empty={held.length === 0} shown={shown}>
      {held.map(each => <tr key={each.id}><th scope="row">{each.group}</th><HeldCells held={each} period={period({ first: each.from, last: each.to })} end={<EndButton act="leave_group" id={each.id} what={each.group} begin={begin} />} /></tr>)}
    </HeldTable>
  )
}
