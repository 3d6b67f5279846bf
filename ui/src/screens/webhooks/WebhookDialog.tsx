/** A new webhook, or a change of one: its name, its address, what it tells, and as whom it reads. */
import { Input, Select } from 'antd'
import { useState } from 'react'
import { call, path, post } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { ActDialog, Field, inputOf } from '../organisation/ActDialog'
import { useChoices } from './queries'
import type { Tells, Webhook, WithSecret } from './types'
import { words } from './words'

interface Props { readonly webhook: Webhook | null, readonly close: () => void, readonly done: (answer: Webhook | WithSecret) => void }

export function WebhookDialog({ webhook, close, done }: Props) {
  const t = useWords(words), label = useLabel(), choices = useChoices().data
  const [name, setName] = useState(webhook?.label ?? ''), [url, setUrl] = useState(webhook?.url ?? '')
  const [app, setApp] = useState(webhook?.app ?? null), [entities, setEntities] = useState<readonly string[]>(webhook?.entities ?? [])
  const [tells, setTells] = useState<Tells>('records')
  const [principal, setPrincipal] = useState(webhook?.principal?.id ?? null)
  const check = () => ({
    ...(name.trim() ? {} : { label: t('need_name') }), ...(url.trim() ? {} : { url: t('need_url') }), ...(app ? {} : { app: t('need_app') }),
    ...(entities.length > 0 ? {} : { entities: t('need_entities') }), ...(principal ? {} : { principal: t('need_principal') }),
  })
  const send = async (reason: string): Promise<Webhook | WithSecret> => {
    const body = { label: name.trim(), url: url.trim(), entities, principal, reason }
    if (webhook === null) return post<WithSecret>('/api/admin/webhooks', { body: { ...body, app, tells } })
    return (await call<Webhook>('PATCH', path('api', 'admin', 'webhooks', webhook.id), { body })).data
  }
  const hosts = choices?.hosts ?? []
  return (
    <ActDialog
      title={webhook === null ? t('add') : t('change_title', { label: webhook.label })} {...(webhook === null ? { text: t('add_text') } : {})} yes={webhook === null ? t('add') : t('save')}
      fields={['label', 'url', 'app', 'tells', 'entities', 'principal']} check={check} close={close} send={send} done={done}
    >
      {bind => (
        <>
          <Field bound={bind('label')} label={t('name')}><Input {...inputOf(bind('label'))} value={name} maxLength={120} autoComplete="off" onChange={event => setName(event.target.value)} /></Field>
          <Field bound={bind('url')} label={t('url')} hint={hosts.length > 0 ? t('hosts', { hosts: hosts.join(', ') }) : t('no_hosts')}><Input {...inputOf(bind('url'))} className="mono" value={url} maxLength={500} autoComplete="off" spellCheck={false} placeholder="https://" onChange={event => setUrl(event.target.value)} /></Field>
          {webhook === null && (
            <Field bound={bind('app')} label={t('app')}>
              <Select {...inputOf(bind('app'))} className="wide" aria-labelledby={`${bind('app').id}-label`} value={app} options={(choices?.apps ?? []).map(each => ({ value: each.app, label: label(each.label) }))} onChange={(chosen: string) => { setApp(chosen); setEntities([]) }} />
            </Field>
          )}
          {webhook === null && (
            <Field bound={bind('tells')} label={t('tells')}>
              <Select {...inputOf(bind('tells'))} className="wide" aria-labelledby={`${bind('tells').id}-label`} value={tells} options={(['records', 'tasks'] as const).map(each => ({ value: each, label: t(`tells_${each}`) }))} onChange={(chosen: Tells) => setTells(chosen)} />
            </Field>
          )}
          <Field bound={bind('entities')} label={t('entities')}>
            <Select
              {...inputOf(bind('entities'))} className="wide" mode="multiple" aria-labelledby={`${bind('entities').id}-label`} value={[...entities]} optionFilterProp="label" disabled={!app}
              options={(choices?.apps.find(each => each.app === app)?.entities ?? []).map(each => ({ value: each.name, label: label(each.label) }))} onChange={(chosen: string[]) => setEntities(chosen)}
            />
          </Field>
          <Field bound={bind('principal')} label={t('principal')} hint={t('principal_hint')}>
            <Select {...inputOf(bind('principal'))} className="wide" aria-labelledby={`${bind('principal').id}-label`} value={principal} options={(choices?.people ?? []).map(person => ({ value: person.id, label: [person.name, person.username, person.unit].filter(Boolean).join(' · ') }))} onChange={(chosen: string) => setPrincipal(chosen)} />
          </Field>
        </>
      )}
    </ActDialog>
  )
}
