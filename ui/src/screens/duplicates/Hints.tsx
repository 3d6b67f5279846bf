/** What a form says of possible duplicates while it is filled in, with the place for the reason why it is none. */
import { Input } from 'antd'
import { Link } from 'react-router'
import type { EntityScreen } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { Hint } from './data'
import { words } from './words'

interface HintsProps { readonly app: string, readonly entity: EntityScreen, readonly hints: readonly Hint[], readonly reason: string, readonly say: (reason: string) => void }

export function Hints({ app, entity, hints, reason, say }: HintsProps) {
  const t = useWords(words), label = useLabel()
  if (hints.length === 0) return null
  return (
    <section className="card duplicate-card" aria-label={t('title')}>
      <div className="card-body">
        <div role="status">
          {hints.map(hint => {
            const fields = hint.fields.map(name => label(entity.fields[name]?.label) || name).join('、')
            return (
              <p key={hint.fields.join()} className="duplicate-row">
                <b>{t(hint.then === 'block' ? 'blocked' : 'agree', { fields })}</b>
                {hint.records.map(record => <Link key={record.id} to={`/app/${app}/${entity.name}/${record.id}`} target="_blank">{record.title || record.id}</Link>)}
                {hint.hidden > 0 && <span className="quiet">{t('hidden', { count: hint.hidden })}</span>}
              </p>
            )
          })}
        </div>
        {hints.some(hint => hint.then === 'warn') && (
          <label className="duplicate-reason">
            <span>{t('reason')}</span>
            <Input value={reason} maxLength={400} aria-describedby="duplicate-reason-hint" onChange={event => say(event.target.value)} />
            <small id="duplicate-reason-hint" className="hint">{t('reason_hint')}</small>
          </label>
        )}
      </div>
    </section>
  )
}
