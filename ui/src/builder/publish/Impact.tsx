/** What publishing would do: tables, records that do not fit, running approvals, permissions, removals, checks; each with one verdict in words. */
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { PublishPlan } from '../draft/types'
import { placeFor } from '../shell/views'
import { Effect } from './Effect'
import { words } from './words'

interface Props {
  readonly app: string
  readonly plan: PublishPlan
  readonly confirmed: boolean
  readonly confirm: (() => void) | null
  /** Of a plan that was decided, what was counted then is not known any more and not told. */
  readonly decided?: boolean
}

/** What the lock of a statement means for those who work meanwhile. */
const LOCKS: Readonly<Record<string, 'lock_exclusive' | 'lock_writes' | 'lock_shared'>> = {
  'ACCESS EXCLUSIVE': 'lock_exclusive', 'SHARE': 'lock_writes', 'write lock': 'lock_writes', 'SHARE UPDATE EXCLUSIVE': 'lock_shared',
}

export const widenedOf = (plan: PublishPlan) => plan.changes.filter(change => change.flag === 'widened')
export const destructiveOf = (plan: PublishPlan) => plan.changes.filter(change => change.flag === 'destructive')

export function Impact({ app, plan, confirmed, confirm, decided = false }: Props) {
  const t = useWords(words), label = useLabel()
  const widened = widenedOf(plan), destructive = destructiveOf(plan)
  const running = plan.running.reduce((all, each) => all + each.count, 0)
  const misfits = plan.misfits.reduce((all, each) => all + each.count, 0)
  const rewrites = plan.steps.some(step => step.rewrite)
  const worst = plan.diagnostics.some(found => found.severity === 'error') ? 'tag-seal' : 'tag-warning'
  return (
    <div className="impact">
      <Cell title={t('tables')} verdict={rewrites ? t('rewrites') : plan.steps.length ? t('safe') : t('no_tables')} tone={rewrites ? 'tag-warning' : 'tag-ok'}>
        {plan.steps.map(step => (
          <div key={step.sql}>
            <code className="sql">{step.sql}</code>
            <p className="small quiet">{t(step.phase)} · {label(step.because)}{step.lock && step.lock !== 'none' && <> · {t(LOCKS[step.lock] ?? 'lock_writes')}</>}</p>
          </div>
        ))}
      </Cell>
      {!decided && <Cell title={t('misfits')} verdict={misfits ? t('rows', { count: misfits }) : t('all_fit')} tone={misfits ? 'tag-warning' : 'tag-ok'}>
        {plan.misfits.map(each => (
          <p key={`${each.entity} ${each.field}`}><span className="mono">{each.entity}.{each.field}</span> {t('rows', { count: each.count })}<br /><small className="hint">{each.samples.join('、')}</small></p>
        ))}
        {misfits > 0 && <p className="small quiet">{t('misfit_note')}</p>}
      </Cell>}
      {!decided && <Cell title={t('running')} verdict={running ? t('running_stay', { count: running }) : t('none_running')} tone="">
        {plan.running.map(each => <p key={`${each.workflow} ${each.step}`}>{label(each.title) || each.workflow} · {label(each.step_title) || each.step} <b>{t('cases', { count: each.count })}</b></p>)}
      </Cell>}
      <Cell title={t('permissions')} verdict={widened.length ? (confirmed ? t('confirmed') : t('widened')) : t('not_widened')} tone={widened.length ? 'tag-seal' : 'tag-ok'} alarm={widened.length > 0}>
        {widened.map(change => <p key={label(change.words)} className="seal-strong">{label(change.label)} {label(change.words)}</p>)}
        {plan.effect && (plan.effect.length > 0 ? <Effect items={plan.effect} /> : <p className="small quiet">{t('effect_none')}</p>)}
        {widened.length > 0 && confirm && <Button size="small" danger disabled={confirmed} onClick={confirm}>{confirmed ? t('confirmed') : t('confirm_widened')}</Button>}
      </Cell>
      <Cell title={t('destructive')} verdict={destructive.length ? t('changes_count', { count: destructive.length }) : t('none_destructive')} tone={destructive.length ? 'tag-warning' : 'tag-ok'}>
        {destructive.map(change => <p key={label(change.words)}>{label(change.label)} {label(change.words)}</p>)}
        {destructive.length > 0 && <p className="small quiet">{t('destructive_note')}</p>}
      </Cell>
      {!decided && <Cell title={t('checks')} verdict={plan.diagnostics.length ? t('findings', { count: plan.diagnostics.length }) : t('checks_pass')} tone={plan.diagnostics.length ? worst : 'tag-ok'}>
        {plan.diagnostics.slice(0, 6).map(found => (
          <p key={`${found.file} ${found.line} ${found.code}`}><span className="mono">{found.code}</span> <Link to={placeFor(app, found)}>{found.message}</Link></p>
        ))}
      </Cell>}
    </div>
  )
}

function Cell({ title, verdict, tone, alarm, children }: { readonly title: string, readonly verdict: string, readonly tone: string, readonly alarm?: boolean, readonly children?: ReactNode }) {
  return (
    <section className={`impact-cell ${alarm ? 'is-alarm' : ''}`} aria-label={title}>
      <header><h3 className="grow">{title}</h3><span className={`tag ${tone}`}>{verdict}</span></header>
      {children}
    </section>
  )
}
