/** The bank's exchange rates: what holds since when, one entered by hand, many from a file. */
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useRef, useState, type FormEvent } from 'react'
import { get, post } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { useMe } from '../../kernel/api/queries'
import type { Page } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { mayEnterRates } from '../shell/menu'
import { words } from './words'
import '../list/list.css'
import './rates.css'

interface Rate { readonly base: string, readonly currency: string, readonly valid_from: string, readonly rate: string, readonly source: string | null, readonly set_at: string }
interface Entered { readonly created: number, readonly changed: number, readonly unchanged: number }

const KEY = ['rates'] as const
const FIELDS = ['currency', 'base', 'valid_from', 'rate', 'source'] as const
type Field = (typeof FIELDS)[number]
const EMPTY: Readonly<Record<Field, string>> = { currency: '', base: 'CNY', valid_from: '', rate: '', source: '' }

export default function Rates() {
  const t = useWords(words), me = useMe().data
  useTitle(t('title'))
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      <div className="rates">
        <List />
        {me && mayEnterRates(me) && <div className="rates-side"><EnterOne /><FromFile /></div>}
      </div>
    </div>
  )
}

function useEnter(done: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: object) => post<Entered>('/api/rates', { body }),
    onSuccess: () => {
      done()
      void client.invalidateQueries({ queryKey: KEY })
    },
  })
}

const Done = ({ entered }: { readonly entered: Entered | undefined }) => {
  const t = useWords(words)
  return <p role="status" className="quiet small">{entered && t('entered', { ...entered })}</p>
}

function EnterOne() {
  const t = useWords(words), id = useId()
  const [values, setValues] = useState(EMPTY)
  const enter = useEnter(() => setValues(before => ({ ...EMPTY, base: before.base, valid_from: before.valid_from })))
  const faults = enter.error instanceof Refusal ? enter.error.faults : []
  const faultOf = (name: Field) => faults.find(fault => fault.pointer === `/items/0/${name}`)?.message
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const item = Object.fromEntries(FIELDS.map(name => [name, values[name].trim()]).filter(([, text]) => text !== ''))
    if (!enter.isPending) enter.mutate({ items: [item] })
  }
  return (
    <section className="card" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`}>{t('enter')}</h2></div>
      <form className="card-body rates-form" onSubmit={submit} noValidate>
        {FIELDS.map(name => (
          <div key={name} className={name === 'source' ? 'rates-wide' : ''}>
            <label htmlFor={`${id}-${name}`}>{t(name)}</label>
            <Input
              id={`${id}-${name}`} value={values[name]} placeholder={name === 'valid_from' ? 'YYYY-MM-DD' : ''} inputMode={name === 'rate' ? 'decimal' : undefined} maxLength={name === 'source' ? 120 : 40}
              status={faultOf(name) ? 'error' : ''} aria-invalid={Boolean(faultOf(name))} aria-describedby={`${id}-${name}-fault`}
              onChange={event => setValues({ ...values, [name]: name === 'currency' || name === 'base' ? event.target.value.toUpperCase() : event.target.value })}
            />
            <p id={`${id}-${name}-fault`} className="fault" role="alert">{faultOf(name)}</p>
          </div>
        ))}
        <div className="rates-wide"><Button type="primary" htmlType="submit" aria-busy={enter.isPending}>{t('save')}</Button><Done entered={enter.data} /></div>
      </form>
      {enter.error && faults.length === 0 && <div className="card-body"><Failure error={enter.error} /></div>}
    </section>
  )
}

const rowOf = (pointer: string | null | undefined) => /^\/items\/(\d+)/.exec(pointer ?? '')?.[1]

function FromFile() {
  const t = useWords(words), id = useId(), input = useRef<HTMLInputElement>(null)
  const enter = useEnter(() => undefined)
  const faults = enter.error instanceof Refusal ? enter.error.faults : []
  const send = async (file: File | undefined) => {
    if (file && !enter.isPending) enter.mutate({ csv: await file.text() })
    if (input.current) input.current.value = ''
  }
  return (
    <section className="card" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`}>{t('file')}</h2></div>
      <div className="card-body">
        <p className="quiet small">{t('file_text')}</p>
        <input ref={input} id={id} type="file" accept=".csv,text/csv" className="sr" tabIndex={-1} aria-hidden="true" onChange={event => void send(event.target.files?.[0])} />
        <Button aria-busy={enter.isPending} onClick={() => input.current?.click()}>{t('choose_file')}</Button>
        <Done entered={enter.data} />
        {faults.length > 0 && <ul role="alert">{faults.slice(0, 20).map(fault => <li key={`${fault.pointer} ${fault.message}`} className="fault">{rowOf(fault.pointer) !== undefined && `${t('row', { row: Number(rowOf(fault.pointer)) + 2 })} `}{fault.message}</li>)}</ul>}
        {enter.error && faults.length === 0 && <Failure error={enter.error} />}
      </div>
    </section>
  )
}

function List() {
  const t = useWords(words), id = useId(), locale = useLocale(), now = useNow()
  const [typed, setTyped] = useState('')
  const currency = /^[A-Z]{3}$/.test(typed) ? typed : null
  const answer = useInfiniteQuery({
    queryKey: [...KEY, currency],
    queryFn: ({ signal, pageParam }) => get<Page<Rate>>('/api/rates', { query: { currency, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: page => page.next,
  })
  const rates = answer.data?.pages.flatMap(page => page.items)
  return (
    <section className="card" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`} className="grow">{t('list')}</h2><Input className="rates-only" size="small" value={typed} maxLength={3} aria-label={t('only')} placeholder={t('only')} onChange={event => setTyped(event.target.value.toUpperCase())} /></div>
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {rates?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
      {rates && rates.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-labelledby={`${id}-head`}>
          <table className="table">
            <caption className="sr">{t('list')}</caption>
            <thead><tr><th scope="col">{t('valid_from')}</th><th scope="col">{t('currency')}</th><th scope="col">{t('base')}</th><th scope="col" className="num">{t('rate')}</th><th scope="col">{t('source')}</th><th scope="col">{t('set_at')}</th></tr></thead>
            <tbody>{rates.map(rate => <tr key={`${rate.valid_from}${rate.base}${rate.currency}`}><td>{rate.valid_from}</td><th scope="row">{rate.currency}</th><td>{rate.base}</td><td className="num">{rate.rate}</td><td>{rate.source ?? '—'}</td><td>{showInstant(rate.set_at, locale, now)}</td></tr>)}</tbody>
          </table>
        </div>
      )}
      {answer.hasNextPage && <div className="rates-more"><Button aria-busy={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t('more')}</Button></div>}
    </section>
  )
}
