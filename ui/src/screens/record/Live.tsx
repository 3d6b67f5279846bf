/** An answer of another system: where it comes from, of when it is, and what to do when it does not come. */
import { useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import type { PanelAnswer, PanelScreen, Screens } from '../../kernel/api/types'
import { showInstant } from '../../kernel/format/dates'
import { isFigure, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { useNow } from '../../kernel/now'
import { Failure } from '../../kernel/parts/Failure'
import { words } from './words'

type CallScreen = Extract<PanelScreen, { kind: 'call' }>
const TAGS: Readonly<Record<PanelAnswer['state'], string>> = { live: 'tag tag-ok', cached: 'tag', stale: 'tag tag-warning', missing: 'tag tag-warning', none: 'tag' }

export function Live({ screens, panel, entity, id }: { readonly screens: Screens, readonly panel: CallScreen, readonly entity: string, readonly id: string }) {
  const t = useWords(words), c = useWords(common), label = useLabel(), locale = useLocale(), show = useShow(screens.timezone), now = useNow()
  const answer = useQuery({
    queryKey: ['panel', screens.app, entity, id, panel.name],
    queryFn: ({ signal }) => get<PanelAnswer>(path('api', screens.app, entity, id, 'panels', panel.name), { signal }),
    refetchOnWindowFocus: false,
  })
  const data = answer.data, bad = data?.state === 'stale' || data?.state === 'missing'
  const name = label(panel.label)
  const about = data && [label(data.source), data.as_of && t('as_of', { time: showInstant(data.as_of, locale, now, screens.timezone) }), t(data.state)].filter(Boolean).join(' · ')
  return (
    <section className={`card panel ${bad ? 'panel-bad' : ''}`} aria-labelledby={`panel-${panel.name}`}>
      <div className="card-head">
        <h2 id={`panel-${panel.name}`}>{name}</h2>
        {data && <span role="status" className={`${TAGS[data.state]} panel-about`}>{about}</span>}
        <span className="grow" />
        {bad && data.reason && <small className="hint">{data.reason}</small>}
        <button type="button" className="link" aria-busy={answer.isFetching} aria-label={t('refresh_of', { label: name })} onClick={() => void answer.refetch()}>{bad ? c('retry') : t('refresh')}</button>
      </div>
      {answer.error && <div className="card-body"><Failure error={answer.error} /></div>}
      {!data && !answer.error && <div className="card-body panel-grey"><span className="grey" /></div>}
      {data?.state === 'none' && <p className="card-body quiet">{t('none_there', { source: label(data.source) })}</p>}
      {data && data.state !== 'missing' && data.state !== 'none' && (
        <dl className="figures">
          {panel.values.map(value => (
            <div key={value.name}><dt>{label(value.label)}</dt><dd className={isFigure(value.type) ? 'figure-value' : ''}>{show({ type: value.type }, data.values[value.name]) || '—'}</dd></div>
          ))}
        </dl>
      )}
    </section>
  )
}
