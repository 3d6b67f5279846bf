/** The navigation of one person: work, each app's lists, reports, and what the platform roles open. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import { keys, useApps, useMe } from '../../kernel/api/queries'
import type { Label, Me, Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { KEY, emergencies } from '../emergency/data'
import { words } from './words'

export type Icon = 'access' | 'webhooks' | 'people' | 'units' | 'emergency' | 'proxies' | 'admin' | 'reviews' | 'builder' | 'new' | 'more' | 'todo' | 'started' | 'done' | 'list' | 'report' | 'audit' | 'rates' | 'maintained' | 'segments' | 'dashboard' | 'tokens'
export interface Entry { readonly to: string, readonly text: string, readonly icon: Icon, readonly count?: number, readonly counted?: 'open_count' | 'review_count', readonly leaves?: true }
export interface Group { readonly key: string, readonly text: string, readonly entries: readonly Entry[] }

/** The screens of every app that this person may open, those that have arrived. */
export function useAllScreens(): { readonly screens: readonly Screens[], readonly pending: boolean } {
  const apps = useApps()
  const answers = useQueries({
    queries: (apps.data?.items ?? []).map(({ app }) => ({
      queryKey: keys.screens(app),
      queryFn: ({ signal }: { signal: AbortSignal }) => get<Screens>(path('api', 'apps', app, 'screens'), { signal }),
      staleTime: 15_000,
    })),
  })
  return {
    screens: answers.flatMap(answer => answer.data ?? []),
    pending: apps.isPending || answers.some(answer => answer.isPending),
  }
}

const addressOf = (app: string, item: { readonly kind: 'list' | 'report' | 'dashboard', readonly name: string }) => `/app/${app}/${item.kind}/${item.name}`

function appGroups(screens: readonly Screens[], label: (label: Label) => string, { insight, maintained, segments }: { readonly insight: string, readonly maintained: string, readonly segments: string }): Group[] {
  const lists = screens.map(each => ({
    key: each.app,
    text: label(each.label),
    entries: [
      ...each.menu.filter(item => item.kind === 'list').map(item => ({ to: addressOf(each.app, item), text: label(item.label), icon: 'list' as const })),
      ...(each.segments?.length ? [{ to: `/app/${each.app}/segments`, text: segments, icon: 'segments' as const }] : []),
      ...(each.maintains ? [{ to: `/app/${each.app}/maintained`, text: maintained, icon: 'maintained' as const }] : []),
    ],
  }))
  const reports = screens.flatMap(each =>
    each.menu.filter(item => item.kind !== 'list').map(item => ({ to: addressOf(each.app, item), text: label(item.label), icon: item.kind === 'dashboard' ? 'dashboard' as const : 'report' as const })),
  )
  return [...lists, { key: 'insight', text: insight, entries: reports }].filter(group => group.entries.length > 0)
}

/** The navigation, group by group. */
export function useMenu(): { readonly groups: readonly Group[], readonly pending: boolean } {
  const t = useWords(words), label = useLabel()
  const me = useMe().data
  const { screens, pending } = useAllScreens()
  const { concerned, waiting } = useEmergencies(me)
  const work: Group = {
    key: 'work',
    text: t('work'),
    entries: [
      { to: '/tasks', text: t('todo'), icon: 'todo', count: me?.open_tasks ?? 0 },
      { to: '/tasks?box=started', text: t('started'), icon: 'started' },
      { to: '/tasks?box=done', text: t('done'), icon: 'done' },
      { to: '/proxies', text: t('proxies'), icon: 'proxies' },
      ...(concerned || (me && (mayAudit(me) || mayAdminister(me))) ? [{ to: '/break-glass', text: t('emergency'), icon: 'emergency' as const, count: waiting }] : []),
    ],
  }
  const reviews = useOpenReviews(me)
  const platform: Entry[] = [
    ...(me && mayPublish(me) ? [{ to: '/builder/reviews', text: t('reviews'), icon: 'reviews' as const, count: reviews, counted: 'review_count' as const, leaves: true as const }] : []),
    ...(me?.platform_roles.includes('designer') ? [{ to: '/builder', text: t('builder'), icon: 'builder' as const, leaves: true as const }] : []),
    ...(me && mayAdminister(me) ? [{ to: '/platform', text: t('admin'), icon: 'admin' as const }, { to: '/admin/approvals', text: t('running'), icon: 'started' as const }] : []),
    ...(me && (mayAdminister(me) || mayAudit(me)) ? [{ to: '/admin/people', text: t('people'), icon: 'people' as const }, { to: '/admin/units', text: t('units'), icon: 'units' as const }, { to: '/admin/access', text: t('access'), icon: 'access' as const }, { to: '/admin/webhooks', text: t('webhooks'), icon: 'webhooks' as const }] : []),
    ...(me && (mayAdminister(me) || mayAudit(me)) ? [{ to: '/admin/approval-reports', text: t('approval_reports'), icon: 'report' as const }] : []),
    ...(me && mayAudit(me) ? [{ to: '/audit', text: t('audit'), icon: 'audit' as const }] : []),
    ...(me && mayEnterRates(me) ? [{ to: '/rates', text: t('rates'), icon: 'rates' as const }] : []),
    { to: '/tokens', text: t('tokens'), icon: 'tokens' },
  ]
  return { groups: [work, ...appGroups(screens, label, { insight: t('insight'), maintained: t('maintained'), segments: t('segments') }), { key: 'platform', text: t('platform'), entries: platform }], pending }
}

/** Whether a person may read the audit trail. */
export const mayAudit = (me: Me): boolean => me.platform_roles.includes('auditor')
/** Whether a person may look after people and connections. */
export const mayAdminister = (me: Me): boolean => me.platform_roles.includes('administrator')
/** Whether a person enters the bank's exchange rates. */
export const mayEnterRates = (me: Me): boolean => me.platform_roles.includes('treasurer')
/** Whether a person approves publications. */
export const mayPublish = (me: Me): boolean => me.platform_roles.includes('publisher')

/** How many publications wait for this person to decide. */
export function useOpenReviews(me: Me | undefined): number {
  const answer = useQuery({
    queryKey: ['builder', 'reviews'],
    queryFn: ({ signal }) => get<{ items: readonly { readonly can: readonly string[] }[] }>('/api/builder/reviews', { signal }),
    enabled: me !== undefined && mayPublish(me),
    refetchInterval: 60_000,
    retry: false,
  })
  return answer.data?.items.filter(review => review.can.includes('approve')).length ?? 0
}

/** Whether emergencies concern this person at all, and how many uses wait for his review. */
function useEmergencies(me: Me | undefined): { readonly concerned: boolean, readonly waiting: number } {
  const answer = useQuery({ queryKey: KEY, queryFn: ({ signal }) => emergencies(signal), enabled: me !== undefined, staleTime: 60_000, retry: false }).data
  return { concerned: answer !== undefined && answer.offers.length + answer.items.length > 0, waiting: answer?.items.filter(use => use.can.includes('review')).length ?? 0 }
}

/** What a person comes for: open work, then what only this post can do, then the first list. */
export function landingOf(me: Me, groups: readonly Group[]): string | null {
  if (me.open_tasks > 0) return '/tasks'
  if (mayAudit(me)) return '/audit'
  if (mayPublish(me)) return '/builder/reviews'
  if (mayBuild(me)) return '/builder'
  const first = groups.flatMap(group => group.entries).find(entry => entry.icon === 'list' || entry.icon === 'report')
  if (mayAdminister(me)) return '/platform'
  if (first) return first.to
  return Object.keys(me.roles).length > 0 ? '/tasks' : null
}

/** Whether the builder has anything for a person. */
export const mayBuild = (me: Me): boolean => me.platform_roles.some(role => role === 'designer' || role === 'publisher')
