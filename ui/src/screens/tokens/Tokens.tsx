/** The integrator's page: API tokens of this person, and the description of what they open. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState, type FormEvent } from 'react'
import { call, get, path, post } from '../../kernel/api/client'
import { useApps } from '../../kernel/api/queries'
import type { ApiToken, NewApiToken } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { useNow } from '../../kernel/now'
import { words } from './words'
import '../list/list.css'
import './tokens.css'

const KEY = ['tokens'] as const
const DAYS = [30, 90, 180, 365]

export default function Tokens() {
  const t = useWords(words), label = useLabel()
  const apps = useApps().data?.items ?? []
  const [made, setMade] = useState<NewApiToken | null>(null)
  useTitle(t('title'))
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      <div className="tokens">
        <div className="tokens-main">
          {made && <Made token={made} />}
          <Make made={setMade} />
          <Existing />
        </div>
        <section className="card" aria-labelledby="token-docs">
          <div className="card-head"><h2 id="token-docs">{t('docs')}</h2></div>
          <div className="card-body tokens-docs">
            <p className="quiet small">{t('docs_text')}</p>
            <ul>{apps.map(({ app, label: name }) => <li key={app}><a className="token-link" href={path('api', app, 'openapi.json')} target="_blank" rel="noreferrer">{label(name)} · openapi.json</a></li>)}</ul>
            <h3>{t('example')}</h3>
            <pre className="mono token-example">{`curl -H "Authorization: Bearer $TOKEN" \\\n  "${location.origin}/api/${apps[0]?.app ?? 'app'}/openapi.json"`}</pre>
          </div>
        </section>
      </div>
    </div>
  )
}

function Make({ made }: { readonly made: (token: NewApiToken) => void }) {
  const t = useWords(words), client = useQueryClient()
  const [text, setText] = useState(''), [days, setDays] = useState(90), [lacking, setLacking] = useState(false)
  const make = useMutation({
    mutationFn: () => post<NewApiToken>('/api/auth/tokens', { body: { label: text.trim(), expires_in_days: days } }),
    onSuccess: token => {
      made(token)
      setText('')
      void client.invalidateQueries({ queryKey: KEY })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setLacking(!text.trim())
    if (text.trim() && !make.isPending) make.mutate()
  }
  return (
    <section className="card" aria-labelledby="token-make">
      <div className="card-head"><h2 id="token-make">{t('make')}</h2></div>
      <form className="card-body token-form" onSubmit={submit}>
        <div className="grow">
          <label htmlFor="token-label">{t('label')}</label>
          <Input id="token-label" value={text} maxLength={120} status={lacking ? 'error' : ''} aria-invalid={lacking} aria-describedby="token-fault" onChange={event => setText(event.target.value)} />
          <p id="token-fault" className="fault" role="alert">{lacking && t('label_missing')}</p>
        </div>
        <div className="token-days"><label id="token-days-label" htmlFor="token-days">{t('days')}</label><Select id="token-days" aria-labelledby="token-days-label" value={days} onChange={setDays} options={DAYS.map(count => ({ value: count, label: t('days_of', { count }) }))} /></div>
        <Button type="primary" htmlType="submit" aria-busy={make.isPending}>{t('create')}</Button>
      </form>
      {make.error && <div className="card-body"><Failure error={make.error} /></div>}
    </section>
  )
}

function Made({ token }: { readonly token: NewApiToken }) {
  const t = useWords(words)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(token.token)
    setCopied(true)
  }
  return (
    <section className="card token-made" role="status">
      <h2>{t('made', { label: token.label })}</h2>
      <p>{t('made_text')}</p>
      <div className="token-secret"><input className="mono" readOnly value={token.token} aria-label={t('secret')} onFocus={event => event.target.select()} /><Button onClick={() => void copy()}>{copied ? t('copied') : t('copy')}</Button></div>
    </section>
  )
}

function Existing() {
  const t = useWords(words), locale = useLocale(), now = useNow(), client = useQueryClient()
  const [asked, setAsked] = useState<ApiToken | null>(null)
  const answer = useQuery({ queryKey: KEY, queryFn: ({ signal }) => get<{ items: readonly ApiToken[] }>('/api/auth/tokens', { signal }) })
  const revoke = useMutation({
    mutationFn: (id: string) => call('DELETE', path('api', 'auth', 'tokens', id)),
    onSuccess: () => {
      setAsked(null)
      void client.invalidateQueries({ queryKey: KEY })
    },
  })
  const tokens = answer.data?.items
  return (
    <section className="card token-list" aria-labelledby="token-list">
      <div className="card-head"><h2 id="token-list">{t('list')}</h2>{tokens && <small className="hint">{tokens.length}</small>}</div>
      {asked && <Confirm title={t('revoke_ask', { label: asked.label })} text={t('revoke_text')} yes={t('revoke')} busy={revoke.isPending} failure={revoke.error} confirm={() => revoke.mutate(asked.id)} cancel={() => { setAsked(null); revoke.reset() }} />}
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {!tokens && !answer.error && <div className="card-body"><span className="grey" /></div>}
      {tokens?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
      {tokens && tokens.length > 0 && (
        <table className="table">
          <caption className="sr">{t('list')}</caption>
          <thead><tr><th scope="col">{t('label')}</th><th scope="col">{t('created')}</th><th scope="col">{t('expires')}</th><th scope="col"><span className="sr">{t('revoke')}</span></th></tr></thead>
          <tbody>
            {tokens.map(token => (
              <tr key={token.id}>
                <th scope="row">{token.label}</th>
                <td>{token.created_at && showInstant(token.created_at, locale, now)}</td>
                <td>{token.expires_at === null ? t('never') : Date.parse(token.expires_at) < now.getTime() ? <span className="tag tag-warning">{t('expired')}</span> : showInstant(token.expires_at, locale, now)}</td>
                <td className="num"><button type="button" className="link" aria-label={t('revoke_of', { label: token.label })} onClick={() => setAsked(token)}>{t('revoke')}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
