/** A record as it was on a day: its facts and rows only to be read, under a line that says so. */
import { useQuery } from '@tanstack/react-query'
import { get, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { EntityScreen, RecordWire, Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { Facts, type FactGroup } from './Facts'
import { Rows } from './Rows'
import { words } from './words'

interface PastProps { readonly screens: Screens, readonly entity: EntityScreen, readonly id: string, readonly day: string, readonly groupsOf: (record: RecordWire) => readonly FactGroup[], readonly back: () => void }

export function Past({ screens, entity, id, day, groupsOf, back }: PastProps) {
  const t = useWords(words), c = useWords(common), label = useLabel()
  const answer = useQuery({
    queryKey: ['past', screens.app, entity.name, id, day],
    queryFn: ({ signal }) => get<RecordWire>(path('api', screens.app, entity.name, id), { query: { as_at: day, titles: true }, signal }),
  })
  const record = answer.data
  const unknown = new Set(Array.isArray(record?.['_unknown']) ? record['_unknown'].map(String) : [])
  const groups = record ? groupsOf(record).map(group => ({ ...group, fields: group.fields.filter(field => !unknown.has(field.name)) })) : []
  const missing = [...unknown].flatMap(name => entity.fields[name] ?? []).map(field => label(field.label))
  const wasNot = answer.error instanceof Refusal && answer.error.status === 404
  return (
    <>
      <div className="notice" role="status">
        <span className="grow">
          {wasNot ? t('past_none', { day }) : record ? t('past', { day, version: record.version }) : t('past_loading', { day })}
          {missing.length > 0 && <small> {t('past_unknown', { fields: missing.join(c('separator')) })}</small>}
        </span>
        <button type="button" className="link" onClick={back}>{t('past_back')}</button>
      </div>
      {answer.error && !wasNot && <Failure error={answer.error} retry={() => void answer.refetch()} />}
      {record && <Facts screens={screens} entity={entity.name} record={record} groups={groups} isPast />}
      {record && <Rows screens={screens} entity={entity} record={record} />}
    </>
  )
}
