/** What an administrator looks after: how the platform runs and the connections to other systems; people have screens of their own. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { get, path, post } from '../../kernel/api/client'
import { useApps, useMe } from '../../kernel/api/queries'
import type { Label } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import Lost from '../shell/Lost'
import { mayAdminister } from '../shell/menu'
import { words } from './words'
import '../list/list.css'
import './admin.css'

interface Health {
  readonly status: 'ok' | 'degraded'
  readonly releases: Readonly<Record<string, { readonly version: string, readonly checksum: string }>>
  readonly problems: readonly string[]
  readonly recovered: readonly string[]
}

interface Connection {
  readonly connector: string
  readonly label: Label
  readonly owner: string | null
  readonly set_up: boolean
  readonly enabled: boolean
  readonly allowed_hosts: readonly string[]
  readonly state: { readonly outcome: string, readonly reachable: boolean, readonly at?: string | null } | null
  readonly circuit: string | null
}

const CONNECTIONS = ['connections'] as const

export default function Admin() {
  const t = useWords(words)
  const me = useMe().data
  useTitle(t('title'))
  if (!me) return <div className="screen" aria-busy="true" />
  if (!mayAdminister(me)) return <Lost />
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      <div className="admin"><Connections /><HealthCard /></div>
    </div>
  )
}

function HealthCard() {
  const t = useWords(words), label = useLabel(), apps = useApps().data?.items
  // A degraded answer is an answer: it says what is wrong.
  const answer = useQuery({ queryKey: ['health'], queryFn: ({ signal }) => get<Health>('/health/ready', { signal }), refetchInterval: 30_000 })
  const health = answer.data
  const name = (app: string) => label(apps?.find(each => each.app === app)?.label) || app
  return (
    <section className="card" aria-labelledby="admin-health">
      <div className="card-head"><h2 id="admin-health" className="grow">{t('health')}</h2>
        {health && <span role="status" className={`tag ${health.status === 'ok' ? 'tag-ok' : 'tag-warning'}`}>{t(health.status)}</span>}
        {answer.error && !health && <span role="status" className="tag tag-seal">{t('down')}</span>}
      </div>
      <div className="card-body">
        {answer.error && !health && <Failure error={answer.error} retry={() => void answer.refetch()} />}
        {health && (health.problems.length > 0 ? <ul className="admin-lines">{health.problems.map(text => <li key={text} className="message-warning">{text}</li>)}</ul> : <p className="quiet">{t('no_problems')}</p>)}
        {health && health.recovered.length > 0 && <><h3>{t('recovered')}</h3><ul className="admin-lines">{health.recovered.map(text => <li key={text}>{text}</li>)}</ul></>}
      </div>
      {health && (
        <table className="table">
          <caption className="sr">{t('live')}</caption>
          <thead><tr><th scope="col">{t('app')}</th><th scope="col">{t('version')}</th><th scope="col">{t('definition')}</th></tr></thead>
          <tbody>{Object.entries(health.releases).map(([app, release]) => <tr key={app}><th scope="row">{name(app)}</th><td>v{release.version}</td><td className="mono">{release.checksum.slice(0, 8)}</td></tr>)}</tbody>
        </table>
      )}
    </section>
  )
}

function State({ one }: { readonly one: Connection }) {
  const t = useWords(words)
  if (!one.set_up) return <span className="tag">{t('not_set_up')}</span>
  if (!one.enabled) return <span className="tag tag-warning">{t('off')}</span>
  return (
    <>
      {one.state ? <span className={`tag ${one.state.reachable ? 'tag-ok' : 'tag-seal'}`}>{t(one.state.reachable ? 'reachable' : 'unreachable')}</span> : <span className="tag">{t('untried')}</span>}
      {one.circuit === 'open' && <> <span className="tag tag-seal">{t('circuit_open')}</span></>}
    </>
  )
}

function Connections() {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow(), client = useQueryClient()
  const answer = useQuery({ queryKey: CONNECTIONS, queryFn: ({ signal }) => get<{ items: readonly Connection[] }>('/api/connections', { signal }) })
  const attempt = useMutation({
    mutationFn: (connector: string) => post<{ readonly reachable: boolean }>(path('api', 'connections', connector, 'test'), { body: {} }),
    onSettled: () => void client.invalidateQueries({ queryKey: CONNECTIONS }),
  })
  const items = answer.data?.items
  return (
    <section className="card admin-wide" aria-labelledby="admin-connections">
      <div className="card-head"><h2 id="admin-connections">{t('connections')}</h2><small className="hint">{t('set_up_by')}</small></div>
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {attempt.error && <div className="card-body"><Failure error={attempt.error} /></div>}
      {items?.length === 0 && <p className="card-body quiet">{t('no_connections')}</p>}
      {items && items.length > 0 && (
        <div className="table-scroll admin-scroll">
          <table className="table">
            <caption className="sr">{t('connections')}</caption>
            <thead><tr><th scope="col">{t('connector')}</th><th scope="col">{t('hosts')}</th><th scope="col">{t('owner')}</th><th scope="col">{t('state')}</th><th scope="col">{t('last')}</th><th scope="col"><span className="sr">{t('try')}</span></th></tr></thead>
            <tbody>
              {items.map(one => {
                const busy = attempt.isPending && attempt.variables === one.connector, done = !attempt.isPending && attempt.variables === one.connector ? attempt.data : undefined
                return (
                  <tr key={one.connector}>
                    <th scope="row">{label(one.label)}</th>
                    <td className="mono">{one.allowed_hosts.join(', ') || '—'}</td>
                    <td>{one.owner ?? '—'}</td>
                    <td><State one={one} /></td>
                    <td>{one.state?.at ? showInstant(one.state.at, locale, now) : '—'}</td>
                    <td className="num">
                      {done && <span role="status" className={`tag ${done.reachable ? 'tag-ok' : 'tag-seal'}`}>{t(done.reachable ? 'reachable' : 'unreachable')}</span>}{' '}
                      {one.set_up && <Button size="small" aria-busy={busy} aria-label={t('try_of', { label: label(one.label) })} onClick={() => { if (!attempt.isPending) attempt.mutate(one.connector) }}>{busy ? t('trying') : t('try')}</Button>}
                    </td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
