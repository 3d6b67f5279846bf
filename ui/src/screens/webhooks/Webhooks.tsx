/** Who is told of changes: every webhook with its state and last delivery, the making of one, and one with all its attempts. */
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { mayLook } from '../organisation/queries'
import Lost from '../shell/Lost'
import { mayAdminister } from '../shell/menu'
import { Acts } from './Acts'
import { Deliveries, Outcome } from './Deliveries'
import { entityLabel, useChoices, useLookAgain, useWebhooks } from './queries'
import type { Webhook, WithSecret } from './types'
import { WebhookDialog } from './WebhookDialog'
import { words } from './words'
import '../list/list.css'
import '../tokens/tokens.css'
import '../organisation/organisation.css'
import './webhooks.css'

export default function Webhooks() {
  const t = useWords(words), me = useMe().data, { id } = useParams(), again = useLookAgain()
  const answer = useWebhooks(), [adding, setAdding] = useState(false), [secret, setSecret] = useState<WithSecret | null>(null)
  useTitle(t('title'))
  if (!me) return <div className="screen" aria-busy="true" />
  if (!mayLook(me)) return <Lost />
  const may = mayAdminister(me), items = answer.data?.items, chosen = items?.find(each => each.id === id)
  return (
    <div className="screen">
      <div className="screen-head">
        <h1>{t('title')}</h1><span className="hint small grow">{t(may ? 'note' : 'reader')}</span>
        {may && <Button type="primary" onClick={() => setAdding(true)}>{t('add')}</Button>}
      </div>
      {adding && <WebhookDialog webhook={null} close={() => setAdding(false)} done={made => { setAdding(false); again(); if ('secret' in made) setSecret(made) }} />}
      {secret && <Secret made={secret} />}
      <section className="card" aria-labelledby="webhooks">
        <div className="card-head"><h2 id="webhooks">{t('list')}</h2>{items && <small className="hint">{items.length}</small>}</div>
        {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
        {!items && !answer.error && <div className="card-body"><span className="grey" /></div>}
        {items?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
        {items && items.length > 0 && <List items={items} chosen={id} />}
      </section>
      {chosen && (
        <section className="card" aria-labelledby="webhook">
          <div className="card-head"><h2 id="webhook">{chosen.label}</h2><small className="hint grow">{t('kept')}</small>{may && <Acts key={chosen.id} webhook={chosen} shown={setSecret} />}</div>
          <Standing one={chosen} />
          <Deliveries webhook={chosen} may={may} />
        </section>
      )}
    </div>
  )
}

function List({ items, chosen }: { readonly items: readonly Webhook[], readonly chosen: string | undefined }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow(), choices = useChoices().data
  const app = (name: string) => label(choices?.apps.find(each => each.app === name)?.label) || name
  return (
    <div className="table-scroll admin-scroll">
      <table className="table">
        <caption className="sr">{t('list')}</caption>
        <thead><tr><th scope="col">{t('name')}</th><th scope="col">{t('url')}</th><th scope="col">{t('app')} · {t('entities')}</th><th scope="col">{t('principal')}</th><th scope="col">{t('state')}</th><th scope="col">{t('last')}</th></tr></thead>
        <tbody>
          {items.map(one => (
            <tr key={one.id} aria-current={one.id === chosen ? 'true' : undefined}>
              <th scope="row"><Link to={`/admin/webhooks/${one.id}`} aria-label={t('open_of', { label: one.label })}>{one.label}</Link></th>
              <td className="mono">{one.url}</td>
              <td>{app(one.app)} · {one.entities.map(entity => entityLabel(choices, one.app, entity, label)).join(locale === 'zh' ? '、' : ', ')}{one.tells === 'tasks' && <> <span className="tag">{t('tells_tasks')}</span></>}</td>
              <td>{one.principal?.name ?? '—'}</td>
              <td><State one={one} /></td>
              <td>{one.last ? <><Outcome one={one.last} /> {showInstant(one.last.at, locale, now)}</> : '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function State({ one }: { readonly one: Webhook }) {
  const t = useWords(words)
  if (one.state === 'stopped') return <span className="tag tag-seal">{t('stopped')}</span>
  return one.failures > 0 ? <span className="tag tag-warning">{t('retrying')}</span> : <span className="tag tag-ok">{t('active')}</span>
}

/** Why it stands still or tries again, and which secrets hold. */
function Standing({ one }: { readonly one: Webhook }) {
  const t = useWords(words), locale = useLocale(), now = useNow()
  const reason = one.stop_reason === 'principal' ? 'principal_lost' : one.stop_reason
  const lines = [
    one.state === 'stopped' && t('stopped_because', { reason: reason && reason in words.entries ? t(reason as 'failing') : '' }),
    one.next_try && t('next_try', { count: one.failures, at: showInstant(one.next_try, locale, now) }),
    one.previous_secret_until && Date.parse(one.previous_secret_until) > now.getTime() && t('both_secrets', { at: showInstant(one.previous_secret_until, locale, now) }),
  ].filter(line => typeof line === 'string')
  if (lines.length === 0) return null
  return <div className="card-body webhook-standing">{lines.map(line => <p key={line}>{line}</p>)}</div>
}

function Secret({ made }: { readonly made: WithSecret }) {
  const t = useWords(words), [copied, setCopied] = useState('')
  const copy = async () => {
    await navigator.clipboard.writeText(made.secret)
    setCopied(made.secret)
  }
  return (
    <section className="card token-made" role="status">
      <h2>{t('secret_made', { label: made.label })}</h2>
      <p>{t('secret_text')}</p>
      <div className="token-secret"><input className="mono" readOnly value={made.secret} aria-label={t('secret')} onFocus={event => event.target.select()} /><Button onClick={() => void copy()}>{copied === made.secret ? t('copied') : t('copy')}</Button></div>
    </section>
  )
}
