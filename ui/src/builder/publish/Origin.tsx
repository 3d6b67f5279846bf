/** Where a release came from, other than from the draft: the server, who stood for it there, its cases, what to think of. */
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import type { Origin } from '../draft/types'
import { When } from '../home/When'
import { words } from './words'

export function OriginBlock({ origin }: { readonly origin: Origin | null }) {
  const t = useWords(words), c = useWords(common), label = useLabel()
  if (!origin) return null
  if (origin.kind === 'direct') return <div className="notice is-alarm"><p><b>{t('direct_change')}</b> {origin.reason}</p></div>
  const said = origin.statement
  const makers = [...new Set([said.author, ...said.editors].flatMap(one => (one ? [one.name] : [])))]
  return (
    <section className="origin" aria-label={t('origin')}>
      <h3>{t('origin')}</h3>
      <dl>
        <dt>{t('server')}</dt><dd>{said.environment.name ?? t(`kind_${said.environment.kind}`)} <span className="hint">{t(`kind_${said.environment.kind}`)}</span></dd>
        <dt>{t('release')}</dt><dd>{t('release_there', { version: said.release })} <span className="hint">v{said.version}</span></dd>
        <dt>{t('made_by')}</dt><dd>{makers.join(c('separator')) || '—'} <span className="hint">{said.note}</span></dd>
        <dt>{t('approver')}</dt><dd>{said.approver?.name ?? '—'} <span className="hint">{said.decision_note}</span></dd>
        <dt>{t('live_since')}</dt><dd><When at={said.published_at} /></dd>
        <dt>{t('cases_there')}</dt><dd>{t('cases_result', said.cases)}</dd>
        <dt>{t('digest')}</dt><dd><code className="mono">{said.digest.slice(0, 16)}…</code> <span className="hint">{t('signed_with', { key: origin.key.slice(0, 12) })}</span></dd>
      </dl>
      {origin.cautions.map(caution => <p key={caution.en} className="notice">{label(caution)}</p>)}
    </section>
  )
}
