/** Reports that a bank's reviewers ask for: filters, a page of rows, and the whole as a file. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { fetchFile, get, path } from '../../kernel/api/client'
import { useMe } from '../../kernel/api/queries'
import type { Label } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { save } from '../exports/data'
import { DayInput } from '../parts/DayInput'
import Lost from '../shell/Lost'
import { mayAdminister, mayAudit } from '../shell/menu'
import { words } from './words'
import '../list/list.css'
import '../proxies/proxies.css'

interface Column { readonly name: string, readonly label: Label, readonly kind: 'text' | 'instant' | 'record' | 'number' | 'verdict' }
interface Report { readonly name: string, readonly title: Label, readonly note: Label, readonly columns: readonly Column[] }
interface Offer { readonly items: readonly Report[], readonly workflows: readonly { readonly app: string, readonly app_label: Label, readonly workflow: string, readonly title: Label }[] }
type Row = Readonly<Record<string, string | number | null>>
interface Page { readonly columns: readonly Column[], readonly items: readonly Row[], readonly next: number | null }
interface Question { readonly name: string, readonly from: string, readonly to: string, readonly unit: string, readonly flow: string }

const askedOf = ({ from, to, unit, flow }: Question): Readonly<Record<string, string>> => {
  const [app = '', workflow = ''] = flow.split('/')
  return Object.fromEntries(Object.entries({ from, to, unit: unit.trim(), app, workflow }).filter(([, value]) => value !== ''))
}

export default function Reports() {
  const t = useWords(words), me = useMe().data
  useTitle(t('reports'))
  const may = me !== undefined && (mayAudit(me) || mayAdminister(me))
  const offer = useQuery({ queryKey: ['approvals', 'reports'], queryFn: ({ signal }) => get<Offer>('/api/approvals/reports', { signal }), enabled: may })
  if (!me) return <div className="screen" aria-busy="true" />
  if (!may) return <Lost />
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('reports')}</h1><span className="hint small">{t('reports_note')}</span></div>
      {offer.error && <Failure error={offer.error} retry={() => void offer.refetch()} />}
      {offer.data && <Ask offer={offer.data} today={me.business_date} />}
    </div>
  )
}

function Ask({ offer, today }: { readonly offer: Offer, readonly today: string }) {
  const t = useWords(words), label = useLabel()
  const [question, setQuestion] = useState<Question>({ name: offer.items[0]?.name ?? '', from: `${today.slice(0, 8)}01`, to: today, unit: '', flow: '' })
  const [asked, setAsked] = useState<Question | null>(null)
  const report = offer.items.find(each => each.name === question.name)
  const file = useMutation({ mutationFn: async (format: 'xlsx' | 'csv') => save(await fetchFile(path('api', 'approvals', 'reports', question.name, 'file'), { query: { ...askedOf(question), format } })) })
  const change = (part: Partial<Question>) => { setQuestion({ ...question, ...part }); file.reset() }
  const flows = [{ value: '', label: t('every_flow') }, ...offer.workflows.map(each => ({ value: `${each.app}/${each.workflow}`, label: `${label(each.app_label)} · ${label(each.title)}` }))]
  return (
    <>
      <section className="card" aria-label={t('report')}>
        <form className="card-body proxy-form" onSubmit={event => { event.preventDefault(); setAsked({ ...question }) }}>
          <div className="proxy-flow"><label id="report-name-label" htmlFor="report-name">{t('report')}</label><Select id="report-name" aria-labelledby="report-name-label" value={question.name} onChange={name => change({ name })} options={offer.items.map(each => ({ value: each.name, label: label(each.title) }))} /></div>
          <div><label htmlFor="report-from">{t('since')}</label><DayInput id="report-from" value={question.from || null} change={from => change({ from: from ?? '' })} /></div>
          <div><label htmlFor="report-to">{t('until')}</label><DayInput id="report-to" value={question.to || null} change={to => change({ to: to ?? '' })} /></div>
          <div><label htmlFor="report-unit">{t('unit')}</label><Input id="report-unit" value={question.unit} maxLength={36} placeholder={t('every_unit')} onChange={event => change({ unit: event.target.value })} /></div>
          <div className="proxy-flow"><label id="report-flow-label" htmlFor="report-flow">{t('workflow')}</label><Select id="report-flow" aria-labelledby="report-flow-label" value={question.flow} onChange={flow => change({ flow })} options={flows} /></div>
          <Button type="primary" htmlType="submit">{t('show')}</Button>
          <Button aria-busy={file.isPending} onClick={() => { if (!file.isPending) file.mutate('xlsx') }}>{t('xlsx')}</Button>
          <Button aria-busy={file.isPending} onClick={() => { if (!file.isPending) file.mutate('csv') }}>{t('csv')}</Button>
        </form>
        {report && <p className="card-body hint">{label(report.note)}</p>}
        {file.error && <div className="card-body"><Failure error={file.error} /></div>}
      </section>
      {asked && <Rows key={JSON.stringify(asked)} question={asked} title={label(offer.items.find(each => each.name === asked.name)?.title)} />}
    </>
  )
}

function Rows({ question, title }: { readonly question: Question, readonly title: string }) {
  const t = useWords(words), label = useLabel()
  const [place, setPlace] = useState(0)
  const answer = useQuery({
    queryKey: ['approvals', 'reports', question, place],
    queryFn: ({ signal }) => get<Page>(path('api', 'approvals', 'reports', question.name), { query: { ...askedOf(question), place }, signal }),
  })
  const page = answer.data
  return (
    <section className="card" aria-label={title} aria-busy={answer.isPending}>
      <div className="card-head"><h2 className="grow">{title}</h2>
        {place > 0 && <Button size="small" onClick={() => setPlace(0)}>{t('first_page')}</Button>}
        {page && page.next !== null && <Button size="small" onClick={() => setPlace(page.next ?? 0)}>{t('next')}</Button>}
      </div>
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {page?.items.length === 0 && <p className="card-body quiet">{t('nothing')}</p>}
      {page && page.items.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
          <table className="table">
            <caption className="sr">{title}</caption>
            <thead><tr>{page.columns.map(column => <th key={column.name} scope="col" className={column.kind === 'number' ? 'num' : undefined}>{label(column.label)}</th>)}</tr></thead>
            {/* oxlint-disable-next-line react/no-array-index-key -- a row of a report has no name of its own */}
            <tbody>{page.items.map((row, at) => <tr key={at}>{page.columns.map(column => <td key={column.name} className={column.kind === 'number' ? 'num' : undefined}><Cell row={row} column={column} /></td>)}</tr>)}</tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Cell({ row, column }: { readonly row: Row, readonly column: Column }) {
  const value = row[column.name], text = value === null || value === undefined ? '—' : String(value)
  // Whoever reads these reports has no right on the records themselves, so their names lead nowhere.
  return column.kind === 'verdict' ? <span className={`tag ${row['is_kept'] === 1 ? 'tag-ok' : 'tag-seal'}`}>{text}</span> : <>{text}</>
}
