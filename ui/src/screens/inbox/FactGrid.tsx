/** The fields a decision needs, what has changed since the last look tinted with its old value. */
import type { TaskDetail } from '../../kernel/api/processes'
import type { EntityScreen, FieldScreen, Screens } from '../../kernel/api/types'
import { currencyUnit, textOf, titlesOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel, useLocale } from '../../kernel/i18n/locale'
import { toneOf } from '../../widgets/status'
import { words } from './words'

/** More would not be read before a decision. */
const MOST = 16

/** The fields in the order of the step's form, else of the entity; empty ones and the state itself do not help to decide. */
export function factsOf(task: TaskDetail, entity: EntityScreen, screens: Screens): readonly FieldScreen[] {
  const form = screens.forms[task.form ?? entity.workflow?.form ?? '']
  const inForm = form?.layout.flatMap(function items(block): string[] {
    return [...block.items.map(item => item.field ?? ''), ...block.blocks.flatMap(items)]
  }) ?? []
  const names = [...new Set([...inForm, ...Object.keys(entity.fields)])]
  const changed = task.changed_fields
  return names
    .flatMap(name => entity.fields[name] ?? [])
    .filter(field => !task.fields.hide.includes(field.name) && field.type !== 'rows' && field.type !== 'status' && (textOf(task.record[field.name]) !== '' || field.name in changed))
    .slice(0, MOST)
}

export function FactGrid({ task, entity, screens }: { readonly task: TaskDetail, readonly entity: EntityScreen, readonly screens: Screens }) {
  const t = useWords(words), label = useLabel(), locale = useLocale(), show = useShow(screens.timezone)
  const fields = factsOf(task, entity, screens), titles = titlesOf(task.record)
  // Of a decided seat the server tells what stood there when it was decided.
  const isOwn = task.id === task.process?.id, isThen = task.state !== 'open' && !isOwn
  const changes = fields.filter(field => field.name in task.changed_fields).length
  return (
    <section className="card" aria-labelledby="task-facts">
      <div className="card-head">
        <h2 id="task-facts">{t(task.kind !== 'seat' ? 'facts_work' : isOwn ? 'facts_own' : isThen ? 'facts_then' : 'facts')}</h2><span className="grow" />
        {changes > 0 && <span className="tag tag-warning">{t('changed', { count: changes })}</span>}
      </div>
      {fields.length === 0 && <p className="card-body quiet">{t('facts_none')}</p>}
      <dl className="fact-grid" hidden={fields.length === 0}>
        {fields.map(field => {
          const spec = { ...field, masked: field.readable === 'masked' }
          const value = show(spec, task.record[field.name], titles[field.name]), isChanged = field.name in task.changed_fields
          const long = value.length > 18
          return (
            <div key={field.name} className={`${isChanged ? 'fact-changed' : ''} ${long ? 'fact-long' : ''}`}>
              <dt>{label(field.label)}</dt>
              <dd className={isChanged ? 'fact-new' : ''}>{field.type === 'status' ? <span className={toneOf(textOf(task.record[field.name]))}>{value}</span> : value ? <>{value}{field.type === 'money' && <small className="hint"> {currencyUnit(field.options, locale)}</small>}</> : '—'}</dd>
              {isChanged && <dd className="fact-before">{t('before', { value: show(spec, task.changed_fields[field.name], t('before_other')) || '—' })}</dd>}
            </div>
          )
        })}
      </dl>
    </section>
  )
}
