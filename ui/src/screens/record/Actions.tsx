/** What can be done with a record: the actions of its page, changing it, deleting it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { call, path } from '../../kernel/api/client'
import { keys, useMe } from '../../kernel/api/queries'
import type { EntityScreen, RecordView, Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Confirm } from '../../kernel/parts/Dialog'
import { formFor } from '../entry/EditEntry'
import { Prints } from './Prints'
import { words } from './words'

interface ActionsProps { readonly screens: Screens, readonly entity: EntityScreen, readonly view: RecordView, readonly back: string }

export function Actions({ screens, entity, view: { record, etag }, back }: ActionsProps) {
  const t = useWords(words), label = useLabel()
  const [asking, setAsking] = useState(false)
  const navigate = useNavigate(), client = useQueryClient()
  const me = useMe().data, { app } = screens
  const status = Object.values(entity.fields).find(field => field.type === 'status')
  const isDraft = status !== undefined && record[status.name] === status.options.choices?.[0]?.code
  // Once an approval runs, its steps say who changes what; before, only the person who began the draft does.
  const mayChange = entity.can.update && (status === undefined || (isDraft && record['created_by'] === me?.id))
  const form = mayChange ? formFor(screens, entity.name) : null
  const remove = useMutation({
    mutationFn: () => call('DELETE', path('api', app, entity.name, record.id), { ifMatch: etag ?? record.version }),
    onSuccess: () => {
      client.removeQueries({ queryKey: keys.record(app, entity.name, record.id) })
      void client.invalidateQueries({ queryKey: ['list', app, entity.name] })
      void navigate(back, { replace: true })
    },
  })
  const actions = (screens.pages[entity.name]?.actions ?? []).filter(action => {
    const target = screens.entities[screens.forms[action.form]?.entity ?? '']
    return target?.can.create
  })
  return (
    <div className="record-actions">
      {asking && <Confirm title={t('remove_ask')} text={t('remove_text')} yes={t('remove')} busy={remove.isPending} failure={remove.error} confirm={() => remove.mutate()} cancel={() => { setAsking(false); remove.reset() }} />}
      {entity.can.delete && mayChange && <Button danger onClick={() => setAsking(true)}>{t('remove')}</Button>}
      {form && <Link className={isDraft ? 'button-primary' : 'button-plain'} to={`/app/${app}/edit/${entity.name}/${record.id}?form=${form}`}>{t(isDraft ? 'go_on' : 'change')}</Link>}
      {screens.prints?.includes(entity.name) && <Prints app={app} entity={entity.name} record={record} />}
      {actions.map(action => <Link key={action.form} className="button-primary" to={`/app/${app}/new/${action.form}?from=${entity.name}/${record.id}`}>{label(action.label)}</Link>)}
    </div>
  )
}
