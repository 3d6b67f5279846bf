/** 代理: who acts for this person and for whom he acts; for auditors and administrators the register of the bank too. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState, type FormEvent } from 'react'
import { get, path, post } from '../../kernel/api/client'
import { keys, useMe } from '../../kernel/api/queries'
import type { Page, Proxy, RecordWire } from '../../kernel/api/types'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { useSettled } from '../../widgets/reference'
import { DayInput } from '../parts/DayInput'
import { mayAdminister, mayAudit, useAllScreens } from '../shell/menu'
import { words } from './words'
import '../list/list.css'
import '../tokens/tokens.css'
import './proxies.css'

const KEY = ['proxies'] as const
type Of = 'me' | 'bank'

export default function Proxies() {
  const t = useWords(words), me = useMe().data
  useTitle(t('title'))
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      {me && <Make today={me.business_date} />}
      <Rules of="me" />
      {me && (mayAudit(me) || mayAdminister(me)) && <Rules of="bank" />}
    </div>
  )
}

function Make({ today }: { readonly today: string }) {
  const t = useWords(words), label = useLabel(), client = useQueryClient()
  const { screens } = useAllScreens()
  const flows = screens.flatMap(each => Object.values(each.entities).flatMap(entity => (entity.workflow ? [{ value: `${each.app}/${entity.workflow.name}`, label: label(entity.workflow.title) }] : [])))
  const [proxy, setProxy] = useState<string | null>(null), [lacking, setLacking] = useState(false)
  const [from, setFrom] = useState<string | null>(today), [to, setTo] = useState<string | null>(today)
  const [flow, setFlow] = useState(''), [amount, setAmount] = useState(''), [reason, setReason] = useState('')
  const make = useMutation({
    mutationFn: () => {
      const [app, workflow] = flow.split('/')
      const scope = flow ? { app, workflow } : {}
      return post<Proxy>('/api/proxies', { body: { proxy, from, to, ...scope, ...(amount.trim() ? { amount: amount.trim() } : {}), ...(reason.trim() ? { reason: reason.trim() } : {}) } })
    },
    onSuccess: () => {
      setProxy(null)
      setReason('')
      for (const key of [KEY, keys.me]) void client.invalidateQueries({ queryKey: key })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setLacking(proxy === null)
    if (proxy !== null && !make.isPending) make.mutate()
  }
  return (
    <section className="card" aria-labelledby="proxy-make">
      <div className="card-head"><h2 id="proxy-make">{t('make')}</h2></div>
      <form className="card-body proxy-form" onSubmit={submit}>
        <div className="proxy-person">
          <label id="proxy-person-label" htmlFor="proxy-person">{t('proxy')}</label>
          <PersonSelect value={proxy} change={id => { setProxy(id); setLacking(false) }} lacking={lacking} />
          <p id="proxy-fault" className="fault" role="alert">{lacking && t('proxy_missing')}</p>
        </div>
        <div><label htmlFor="proxy-from">{t('from')}</label><DayInput id="proxy-from" value={from} change={setFrom} /></div>
        <div><label htmlFor="proxy-to">{t('to')}</label><DayInput id="proxy-to" value={to} change={setTo} /></div>
        <div className="proxy-flow"><label id="proxy-flow-label" htmlFor="proxy-flow">{t('flow')}</label><Select id="proxy-flow" aria-labelledby="proxy-flow-label" value={flow} onChange={setFlow} options={[{ value: '', label: t('all_flows') }, ...flows]} /></div>
        <div><label htmlFor="proxy-amount">{t('amount')}</label><Input id="proxy-amount" inputMode="decimal" value={amount} placeholder={t('amount_hint')} onChange={event => setAmount(event.target.value)} /></div>
        <div className="grow"><label htmlFor="proxy-reason">{t('reason')}</label><Input id="proxy-reason" value={reason} maxLength={200} onChange={event => setReason(event.target.value)} /></div>
        <Button type="primary" htmlType="submit" aria-busy={make.isPending}>{t('create')}</Button>
      </form>
      {make.error && <div className="card-body"><Failure error={make.error} /></div>}
    </section>
  )
}

function PersonSelect({ value, change, lacking }: { readonly value: string | null, readonly change: (id: string | null) => void, readonly lacking: boolean }) {
  const t = useWords(words), me = useMe().data
  const [typed, setTyped] = useState('')
  const search = useSettled(typed.trim())
  const found = useQuery({
    queryKey: ['choose', 'org', 'person', search],
    queryFn: ({ signal }) => get<Page<RecordWire>>('/api/org/person', { query: { search, select: 'name,username,branch.name', limit: 20 }, signal }),
  })
  const options = (found.data?.items ?? []).filter(person => person.id !== me?.id).map(person => ({ value: person.id, label: [person['name'], person['branch.name']].filter(Boolean).join(' · ') }))
  return (
    <Select
      id="proxy-person" aria-labelledby="proxy-person-label" aria-describedby="proxy-fault" aria-invalid={lacking} status={lacking ? 'error' : ''} value={value} allowClear options={options}
      placeholder={t('proxy_find')} notFoundContent={t('none_found')} showSearch={{ filterOption: false, onSearch: setTyped }} onChange={(id: string | undefined) => change(id ?? null)}
    />
  )
}

function Rules({ of }: { readonly of: Of }) {
  const t = useWords(words), client = useQueryClient(), me = useMe().data
  const [asked, setAsked] = useState<Proxy | null>(null)
  const answer = useQuery({ queryKey: [...KEY, of], queryFn: ({ signal }) => get<{ readonly items: readonly Proxy[] }>('/api/proxies', { query: { of }, signal }) })
  const end = useMutation({
    mutationFn: (id: string) => post<Proxy>(path('api', 'proxies', id, 'end'), {}),
    onSuccess: () => {
      setAsked(null)
      for (const key of [KEY, keys.me, ['tasks']]) void client.invalidateQueries({ queryKey: key })
    },
  })
  const rules = answer.data?.items, name = `proxies-${of}`
  return (
    <section className="card token-list" aria-labelledby={name}>
      <div className="card-head"><h2 id={name}>{t(of === 'me' ? 'mine' : 'register')}</h2>{rules && <small className="hint">{rules.length}</small>}</div>
      {asked && <Confirm title={t('end_ask')} text={t('end_text', { proxy: asked.proxy?.name ?? '', owner: asked.owner?.name ?? '' })} yes={t('end')} busy={end.isPending} failure={end.error} confirm={() => end.mutate(asked.id)} cancel={() => { setAsked(null); end.reset() }} />}
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {rules?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
      {rules && rules.length > 0 && (
        <table className="table">
          <caption className="sr">{t(of === 'me' ? 'mine' : 'register')}</caption>
          <thead><tr><th scope="col">{t('owner')}</th><th scope="col">{t('proxy')}</th><th scope="col">{t('days')}</th><th scope="col">{t('scope')}</th><th scope="col">{t('set_by')}</th><th scope="col">{t('state')}</th><th scope="col"><span className="sr">{t('end')}</span></th></tr></thead>
          <tbody>{rules.map(rule => <Rule key={rule.id} rule={rule} today={me?.business_date ?? ''} end={() => setAsked(rule)} mayEnd={of === 'me' || (me !== undefined && mayAdminister(me))} />)}</tbody>
        </table>
      )}
    </section>
  )
}

function Rule({ rule, today, end, mayEnd }: { readonly rule: Proxy, readonly today: string, readonly end: () => void, readonly mayEnd: boolean }) {
  const t = useWords(words), label = useLabel()
  const scope = [label(rule.workflow) || rule.app || t('all_flows'), rule.amount && t('up_to', { amount: group(rule.amount, 2) }), rule.reason].filter(Boolean).join(' · ')
  const state = rule.ended_at ? t('ended', { name: rule.ended_by?.name ?? '' }) : rule.holds ? t('holds') : rule.from > today ? t('ahead') : t('past')
  return (
    <tr>
      <th scope="row">{rule.owner?.name}</th>
      <td>{rule.proxy?.name}</td>
      <td>{rule.from} – {rule.to}</td>
      <td>{scope}</td>
      <td>{rule.set_by?.name}</td>
      <td><span className={rule.holds ? 'tag tag-ok' : 'tag'}>{state}</span></td>
      <td className="num">{mayEnd && rule.ended_at === null && rule.to >= today && <button type="button" className="link" aria-label={t('end_of', { name: rule.proxy?.name ?? '' })} onClick={end}>{t('end')}</button>}</td>
    </tr>
  )
}
