/** The last attempts to tell one webhook something: how each ended, how long it took, the first line of the answer. */
import { useState } from 'react'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { Replay } from './Acts'
import { entityLabel, useChoices, useDeliveries, useLookAgain } from './queries'
import type { Delivery, Webhook } from './types'
import { words } from './words'

export function Deliveries({ webhook, may }: { readonly webhook: Webhook, readonly may: boolean }) {
  const t = useWords(words), locale = useLocale(), now = useNow(), again = useLookAgain()
  const answer = useDeliveries(webhook.id), [asked, setAsked] = useState<number | null>(null)
  const items = answer.data?.items
  return (
    <>
      {asked !== null && <Replay webhook={webhook} place={asked} close={() => setAsked(null)} done={() => { setAsked(null); again() }} />}
      {answer.error && <div className="card-body"><Failure error={answer.error} retry={() => void answer.refetch()} /></div>}
      {items?.length === 0 && <p className="card-body quiet">{t('no_deliveries')}</p>}
      {items && items.length > 0 && (
        <div className="table-scroll admin-scroll">
          <table className="table">
            <caption className="sr">{t('deliveries')}</caption>
            <thead><tr><th scope="col">{t('at')}</th><th scope="col">{t('what')}</th><th scope="col" className="num">{t('position')}</th><th scope="col" className="num">{t('attempt')}</th><th scope="col">{t('outcome')}</th><th scope="col" className="num">{t('took')}</th><th scope="col">{t('answer')}</th>{may && <th scope="col"><span className="sr">{t('replay_here')}</span></th>}</tr></thead>
            <tbody>
              {items.map(one => (
                <tr key={one.id}>
                  <th scope="row">{showInstant(one.at, locale, now)}</th>
                  <td><What webhook={webhook} one={one} /></td>
                  <td className="num">{one.place ?? '—'}</td>
                  <td className="num">{one.attempt}</td>
                  <td><Outcome one={one} /></td>
                  <td className="num">{one.milliseconds} ms</td>
                  <td className="webhook-answer">{one.answer ?? '—'}</td>
                  {may && <td className="num">{one.place !== null && <button type="button" className="link" aria-label={t('replay_here_of', { place: one.place })} onClick={() => setAsked(one.place)}>{t('replay_here')}</button>}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

function What({ webhook, one }: { readonly webhook: Webhook, readonly one: Delivery }) {
  const t = useWords(words), label = useLabel(), choices = useChoices().data
  const [, entity, kind] = one.type.split('.')
  if (!entity) return t('a_ping')
  return t(kind === 'deleted' ? 'deleted' : 'saved', { entity: entityLabel(choices, webhook.app, entity, label) })
}

export function Outcome({ one }: { readonly one: Delivery }) {
  const t = useWords(words)
  const said = one.status ?? (one.fault && one.fault in words.entries ? t(one.fault as 'timeout') : one.fault)
  return <span className={`tag ${one.delivered ? 'tag-ok' : 'tag-seal'}`}>{said}</span>
}
