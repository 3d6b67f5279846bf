/** 版本迁移: which running approvals stand on which release; a plan is looked at first, then done. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { get, path, post } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import Lost from '../shell/Lost'
import { mayAdminister } from '../shell/menu'
import { becomes, bodyOf, type Group, type Offer, type Told, type Wish } from './data'
import { words } from './words'
import '../list/list.css'

const KEY = ['approvals', 'running'] as const

export default function Running() {
  const t = useWords(words), me = useMe().data
  const [chosen, setChosen] = useState<string | null>(null)
  useTitle(t('title'))
  const answer = useQuery({ queryKey: KEY, queryFn: ({ signal }) => get<{ readonly items: readonly Offer[] }>('/api/approvals/running', { signal }), enabled: me !== undefined && mayAdminister(me) })
  if (!me) return <div className="screen" aria-busy="true" />
  if (!mayAdminister(me)) return <Lost />
  const items = answer.data?.items, offer = items?.find(each => keyOf(each) === chosen)
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {items && <Stands items={items} chosen={chosen} choose={setChosen} />}
      {offer && <Plan key={keyOf(offer)} offer={offer} />}
    </div>
  )
}

const keyOf = (offer: Offer) => `${offer.app}.${offer.workflow}`

function Stands({ items, chosen, choose }: { readonly items: readonly Offer[], readonly chosen: string | null, readonly choose: (key: string) => void }) {
  const t = useWords(words), label = useLabel()
  if (items.length === 0) return <p className="quiet">{t('none')}</p>
  return (
    <section className="card" aria-label={t('title')}>
      <table className="table">
        <caption className="sr">{t('title')}</caption>
        <thead><tr><th scope="col">{t('workflow')}</th><th scope="col">{t('app')}</th><th scope="col">{t('stands')}</th><th scope="col"><span className="sr">{t('choose')}</span></th></tr></thead>
        <tbody>
          {items.map(offer => (
            <tr key={keyOf(offer)} aria-current={keyOf(offer) === chosen || undefined}>
              <th scope="row">{label(offer.title)}</th>
              <td>{label(offer.app_label)}</td>
              <td>{offer.running.map(each => t('stands_on', { release: each.release, count: each.running })).join(' · ')}</td>
              <td className="num">
                {offer.to.length === 0 ? <span className="hint">{t('nowhere')}</span> : offer.to.length === 1 && offer.running.every(each => each.release === offer.to[0]) ? <span className="hint">{t('all_there')}</span>
                  : <Button size="small" aria-label={t('choose_of', { name: label(offer.title) })} onClick={() => choose(keyOf(offer))}>{t('choose')}</Button>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Plan({ offer }: { readonly offer: Offer }) {
  const t = useWords(words), label = useLabel(), client = useQueryClient()
  const [wish, setWish] = useState<Wish>({ to: offer.to[0] ?? 0, map: {}, anew: [] }), [reason, setReason] = useState(''), [lacking, setLacking] = useState(false)
  const ask = useMutation({
    mutationFn: (asked: { readonly wish: Wish, readonly dry: boolean, readonly after: string | null }) =>
      post<Told>(path('api', offer.app, 'workflows', offer.workflow, 'migrate'), { body: { ...bodyOf(asked.wish), dry_run: asked.dry, ...(asked.dry ? {} : { reason: reason.trim() }), ...(asked.after ? { after: asked.after } : {}) } }),
    onSuccess: told => { if (!told.dry_run) void client.invalidateQueries({ queryKey: KEY }) },
  })
  const change = (next: Wish) => { setWish(next); ask.reset() }
  const start = (dry: boolean, after: string | null = null) => {
    setLacking(!dry && reason.trim() === '')
    if (!ask.isPending && (dry || reason.trim() !== '')) ask.mutate({ wish, dry, after })
  }
  const told = ask.data, options = offer.new_steps.map(each => ({ value: each.step, label: label(each.title) || each.step }))
  return (
    <section className="card" aria-labelledby="plan-title">
      <div className="card-head"><h2 id="plan-title" className="grow">{t('choose_of', { name: label(offer.title) })}</h2>
        <label id="plan-to-label" htmlFor="plan-to">{t('to')}</label>
        <Select id="plan-to" aria-labelledby="plan-to-label" value={wish.to} onChange={to => change({ ...wish, to })} options={offer.to.map(value => ({ value, label: String(value) }))} />
      </div>
      <table className="table">
        <caption className="sr">{t('becomes')}</caption>
        <thead><tr><th scope="col">{t('step')}</th><th scope="col">{t('becomes')}</th><th scope="col">{t('anew')} <small className="hint">{t('anew_note')}</small></th></tr></thead>
        <tbody>
          {offer.steps.map(each => (
            <tr key={each.step}>
              <th scope="row" id={`step-${each.step}`}>{label(each.title)} <code className="small">{each.step}</code></th>
              <td><Select className="grow" aria-labelledby={`step-${each.step}`} value={wish.map[each.step] ?? becomes(offer, each.step)} onChange={name => change({ ...wish, map: { ...wish.map, [each.step]: name } })} options={[{ value: '', label: t('same') }, ...options]} popupMatchSelectWidth={false} /></td>
              <td><Checkbox aria-label={t('anew_of', { step: label(each.title) })} checked={wish.anew.includes(each.step)} onChange={event => change({ ...wish, anew: event.target.checked ? [...wish.anew, each.step] : wish.anew.filter(name => name !== each.step) })} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="card-body">
        <Button aria-busy={ask.isPending} onClick={() => start(true)}>{t('preview')}</Button>
        {ask.error && <Failure error={ask.error} />}
        {told && <p role="status"><b>{t(told.dry_run ? 'fits' : 'went', { count: told.fitting })}</b> · {t('stays', { count: told.refused })}</p>}
      </div>
      {told && told.groups.length > 0 && <Groups groups={told.groups} />}
      {told?.next && <div className="card-body"><span className="hint">{t('more')}</span> <Button size="small" onClick={() => start(told.dry_run, told.next)}>{t('rest')}</Button></div>}
      {told?.dry_run && told.fitting > 0 && (
        <div className="card-body">
          <label htmlFor="plan-reason">{t('reason')}</label>
          <Input id="plan-reason" value={reason} maxLength={2000} aria-invalid={lacking} aria-describedby="plan-fault" status={lacking ? 'error' : ''} onChange={event => { setReason(event.target.value); setLacking(false) }} />
          <p id="plan-fault" className="fault" role="alert">{lacking && t('reason_missing')}</p>
          <Button type="primary" aria-busy={ask.isPending} onClick={() => start(false)}>{t('move', { count: told.fitting })}</Button>
        </div>
      )}
    </section>
  )
}

function Groups({ groups }: { readonly groups: readonly Group[] }) {
  const t = useWords(words)
  return (
    <table className="table">
      <caption className="sr">{t('what')}</caption>
      <thead><tr><th scope="col">{t('from')}</th><th scope="col" className="num">{t('count')}</th><th scope="col">{t('what')}</th><th scope="col">{t('records')}</th></tr></thead>
      <tbody>
        {groups.map((group, at) => (
          // oxlint-disable-next-line react/no-array-index-key -- a group has no name of its own
          <tr key={at}>
            <td>{group.from}</td>
            <td className="num">{group.count}</td>
            <td>
              {group.refused.length > 0 && <><span className="tag tag-seal">{t('refused')}</span>{group.refused.map(text => <div key={text}>{text}</div>)}</>}
              {group.refused.length === 0 && group.open.map(each => <div key={each.step}>{each.title}{each.to_title !== each.title && ` → ${each.to_title}`} <span className={each.kept ? 'tag tag-ok' : 'tag tag-warning'}>{t(each.kept ? 'kept' : 'asked_anew')}</span></div>)}
              {group.left.length > 0 && <div className="hint">{t('left', { steps: group.left.join('、') })}</div>}
              {group.passed_over.length > 0 && <div className="message-warning">{t('over', { steps: group.passed_over.join('、') })}</div>}
            </td>
            <td className="small">{group.records.map(each => each.title).join(', ')}{group.count > group.records.length && ' …'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
