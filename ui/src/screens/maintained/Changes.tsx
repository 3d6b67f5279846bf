/** A change that waits for its release, and those that were decided. */
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { showInstant } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { useDecide } from './propose'
import { differences, sentence, type TableRow } from './rows'
import type { Change, ParameterThing, TableThing } from './types'
import { words } from './words'

export function OpenChange({ app, thing, change }: { readonly app: string, readonly thing: TableThing | ParameterThing, readonly change: Change }) {
  const t = useWords(words), id = useId(), locale = useLocale(), now = useNow()
  const [note, setNote] = useState('')
  const decide = useDecide(app, change.id)
  return (
    <section className="card maintained-open" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`} className="grow">{t('open')}</h2><small className="hint">{t('by', { name: change.proposed_by?.name ?? '', time: showInstant(change.proposed_at, locale, now) })}</small></div>
      <div className="card-body">
        {change.note && <p>{change.note}</p>}
        {thing.kind === 'decision' ? <RowDifferences before={thing.rows} after={change.body.rows ?? []} /> : <p><b className="num">{change.body.value}</b> · {t('valid_from')} {change.body.valid_from} · {change.body.unit ?? t('all_units')}</p>}
        <label htmlFor={`${id}-note`}>{t('change_note')}</label>
        <Input id={`${id}-note`} value={note} maxLength={2000} onChange={event => setNote(event.target.value)} />
        <div className="maintained-buttons">
          {change.can.map(word => <Button key={word} type={word === 'release' ? 'primary' : 'default'} aria-busy={decide.isPending} onClick={() => { if (!decide.isPending) decide.mutate({ word, note }) }}>{t(word)}</Button>)}
          {change.can.includes('withdraw') && <span className="hint small">{t('own')}</span>}
        </div>
        {decide.error && <Failure error={decide.error} />}
      </div>
    </section>
  )
}

function RowDifferences({ before, after }: { readonly before: readonly TableRow[], readonly after: readonly TableRow[] }) {
  const t = useWords(words), found = differences(before, after)
  const same = after.length - found.filter(each => each.kind !== 'removed').length
  return (
    <ul className="maintained-differences">
      {found.map(each => (
        <li key={`${each.kind} ${each.row.row}`}>
          <span className={`tag ${each.kind === 'removed' ? 'tag-seal' : each.kind === 'added' ? 'tag-ok' : 'tag-warning'}`}>{t(each.kind)}</span> <b>{each.row.row}</b>{' '}
          {each.before && <><del>{sentence(each.before)}</del>{' '}</>}{each.kind === 'removed' ? <del>{sentence(each.row)}</del> : sentence(each.row)}
        </li>
      ))}
      <li className="quiet">{t('same', { count: same })}</li>
    </ul>
  )
}

export function Changes({ thing }: { readonly thing: TableThing | ParameterThing }) {
  const t = useWords(words), id = useId(), locale = useLocale(), now = useNow()
  return (
    <section className="card" aria-labelledby={`${id}-head`}>
      <div className="card-head"><h2 id={`${id}-head`}>{t('history')}</h2></div>
      {thing.changes.length === 0 && <p className="card-body quiet">{t('no_history')}</p>}
      {thing.changes.length > 0 && (
        <div className="table-scroll" tabIndex={0} role="region" aria-labelledby={`${id}-head`}>
          <table className="table">
            <caption className="sr">{t('history')}</caption>
            <thead><tr><th scope="col">{t('state')}</th><th scope="col">{t('proposed')}</th><th scope="col">{t('decided')}</th><th scope="col">{t('value')}</th><th scope="col">{t('change_note')}</th></tr></thead>
            <tbody>
              {thing.changes.map(change => (
                <tr key={change.id}>
                  <td>{change.state !== 'open' && <span className={`tag ${change.state === 'released' ? 'tag-ok' : ''}`}>{t(change.state)}</span>}</td>
                  <td>{change.proposed_by?.name} · {showInstant(change.proposed_at, locale, now)}</td>
                  <td>{change.decided_by?.name} · {change.decided_at && showInstant(change.decided_at, locale, now)}</td>
                  <td>{change.body.value === undefined ? `${change.body.rows?.length ?? 0} ${t('row')}` : `${change.body.value} · ${change.body.valid_from} · ${change.body.unit ?? t('all_units')}`}</td>
                  <td>{[change.note, change.decision_note].filter(Boolean).join(' / ') || '—'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
