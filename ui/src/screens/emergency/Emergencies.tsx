/** 紧急访问: the roles that a person may take in an emergency, his uses of them, and the reviews that wait for him. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '../../kernel/api/queries'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useTitle } from '../../kernel/parts/title'
import { KEY, emergencies, endUse, type Offer, type Use } from './data'
import { TakeDialog } from './TakeDialog'
import { UseDialog } from './UseDialog'
import { words } from './words'
import '../list/list.css'
import '../tokens/tokens.css'

export default function Emergencies() {
  const t = useWords(words), label = useLabel(), client = useQueryClient()
  const [taking, setTaking] = useState<Offer | null>(null), [shown, setShown] = useState<string | null>(null), [onlyOpen, setOnlyOpen] = useState(false)
  const answer = useQuery({ queryKey: KEY, queryFn: ({ signal }) => emergencies(signal), refetchInterval: 30_000 })
  // With another role everything may look otherwise.
  const changed = () => void client.invalidateQueries()
  const end = useMutation({ mutationFn: endUse, onSuccess: changed })
  useTitle(t('title'))
  const offers = answer.data?.offers, uses = answer.data?.items.filter(use => !onlyOpen || use.state === 'open')
  return (
    <div className="screen">
      <div className="screen-head"><h1>{t('title')}</h1><span className="hint small">{t('note')}</span></div>
      {answer.error && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {end.error && <Failure error={end.error} />}
      <section className="card" aria-labelledby="offers">
        <div className="card-head"><h2 id="offers">{t('offers')}</h2></div>
        {offers?.length === 0 && <p className="card-body quiet">{t('no_offers')}</p>}
        {offers?.map(offer => (
          <p key={`${offer.app}.${offer.role}`} className="card-body">
            <b>{label(offer.label)}</b> <span className="hint">{label(offer.app_label)} · {t('terms', { hours: offer.hours, role: label(offer.reviewed_by) })}</span>{' '}
            <button type="button" className="link" aria-label={t('take_of', { role: label(offer.label) })} onClick={() => setTaking(offer)}>{t('take')}</button>
          </p>
        ))}
      </section>
      <section className="card token-list" aria-labelledby="uses">
        <div className="card-head">
          <h2 id="uses">{t('uses')}</h2><span className="grow" />
          <label className="small"><input type="checkbox" checked={onlyOpen} onChange={event => setOnlyOpen(event.target.checked)} /> {t('only_open')}</label>
        </div>
        {uses?.length === 0 && <p className="card-body quiet">{t('none')}</p>}
        {uses && uses.length > 0 && (
          <table className="table">
            <caption className="sr">{t('uses')}</caption>
            <thead><tr><th scope="col">{t('who')}</th><th scope="col">{t('role')}</th><th scope="col">{t('time')}</th><th scope="col">{t('why')}</th><th scope="col">{t('state')}</th><th scope="col"><span className="sr">{t('acts')}</span></th></tr></thead>
            <tbody>{uses.map(use => <Row key={use.id} use={use} look={() => setShown(use.id)} end={() => { if (!end.isPending) end.mutate(use.id) }} />)}</tbody>
          </table>
        )}
      </section>
      {taking && <TakeDialog offer={taking} taken={changed} close={() => setTaking(null)} />}
      {shown !== null && <UseDialog id={shown} reviewed={() => { for (const key of [KEY, keys.me]) void client.invalidateQueries({ queryKey: key }) }} close={() => setShown(null)} />}
    </div>
  )
}

function Row({ use, look, end }: { readonly use: Use, readonly look: () => void, readonly end: () => void }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), now = useNow()
  const name = use.person?.name ?? '', mayReview = use.can.includes('review')
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{label(use.label)}</td>
      <td>{showInstant(use.taken_at, locale, now)} – {showInstant(use.until, locale, now)}</td>
      <td>{use.reason}</td>
      <td><span className={use.holds || use.state === 'open' ? 'tag tag-warning' : use.state === 'justified' ? 'tag tag-ok' : 'tag tag-seal'}>{t(use.holds ? 'holds' : use.state)}</span></td>
      <td className="num">
        {use.can.includes('end') && <button type="button" className="link" onClick={end}>{t('end')}</button>}{' '}
        <button type="button" className="link" aria-label={t(mayReview ? 'review_of' : 'look_of', { name })} onClick={look}>{t(mayReview ? 'review' : 'look')}</button>
      </td>
    </tr>
  )
}
