/** The servers whose releases are taken here, and entering or removing one. */
import { Button, Input, Select } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Confirm, Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { words } from './words'

type Kind = 'development' | 'test' | 'production'
export interface Source { readonly name: string, readonly kind: Kind, readonly key: string, readonly key_id: string, readonly url: string | null, readonly has_token: boolean, readonly allowed_hosts: readonly string[] }

const KINDS: readonly Kind[] = ['development', 'test', 'production']

export function Sources({ items, may }: { readonly items: readonly Source[], readonly may: boolean }) {
  const t = useWords(words)
  const client = useQueryClient()
  const [entering, setEntering] = useState(false), [removing, setRemoving] = useState<string | null>(null)
  const again = () => void client.invalidateQueries({ queryKey: ['builder', 'promotions'] })
  const remove = useMutation({ mutationFn: (name: string) => call('DELETE', path('api', 'builder', 'promotions', 'sources', name)), onSuccess: () => { setRemoving(null); again() } })
  return (
    <section className="card" aria-label={t('sources')}>
      <div className="card-head"><h2 className="grow">{t('sources')}</h2>{may && <Button size="small" onClick={() => setEntering(true)}>{t('source_add')}</Button>}</div>
      {!items.length && <p className="card-body hint">{may ? t('sources_none') : t('sources_none_other')}</p>}
      {items.length > 0 && (
        <div className="table-card">
          <table>
            <thead><tr><th scope="col">{t('server')}</th><th scope="col">{t('kind')}</th><th scope="col">{t('address')}</th><th scope="col">{t('key')}</th>{may && <th scope="col"><span className="sr">{t('source_remove')}</span></th>}</tr></thead>
            <tbody>
              {items.map(source => (
                <tr key={source.name}>
                  <th scope="row">{source.name}</th>
                  <td>{t(`kind_${source.kind}`)}</td>
                  <td>{source.url ?? t('by_file')}</td>
                  <td><code className="mono">{source.key_id}</code></td>
                  {may && <td><Button size="small" danger onClick={() => setRemoving(source.name)}>{t('source_remove')}</Button></td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {entering && <SourceDialog close={() => setEntering(false)} done={() => { setEntering(false); again() }} />}
      {removing !== null && <Confirm title={t('source_remove_title', { name: removing })} text={t('source_remove_text')} yes={t('source_remove')} busy={remove.isPending} failure={remove.error} confirm={() => remove.mutate(removing)} cancel={() => { remove.reset(); setRemoving(null) }} />}
    </section>
  )
}

const EMPTY = { name: '', kind: 'test' as Kind, key: '', url: '', token: '', hosts: '' }

function SourceDialog({ close, done }: { readonly close: () => void, readonly done: () => void }) {
  const t = useWords(words), c = useWords(common)
  const [typed, setTyped] = useState(EMPTY)
  const text = (name: Exclude<keyof typeof EMPTY, 'kind'>, hint?: string) => (
    <div className="line">
      <label htmlFor={`source-${name}`}>{t(`source_${name}`)}</label>
      <Input id={`source-${name}`} value={typed[name]} autoComplete="off" spellCheck={false} onChange={event => setTyped({ ...typed, [name]: event.target.value })} />
      {hint && <p className="hint small">{hint}</p>}
    </div>
  )
  const send = useMutation({
    mutationFn: () => call('PUT', path('api', 'builder', 'promotions', 'sources', typed.name.trim()), {
      body: { kind: typed.kind, key: typed.key.trim(), url: typed.url.trim() || null, token: typed.token.trim() || null, allowed_hosts: typed.hosts.split(/[\s,]+/).filter(Boolean) },
    }),
    onSuccess: done,
  })
  return (
    <Dialog title={t('source_add')} close={send.isPending ? undefined : close} width={520}>
      <form className="source-form" onSubmit={event => { event.preventDefault(); send.mutate() }}>
        {text('name', t('source_name_hint'))}
        <div className="line"><label htmlFor="source-kind">{t('kind')}</label><Select id="source-kind" value={typed.kind} getPopupContainer={node => node.parentElement ?? document.body} onChange={(kind: Kind) => setTyped({ ...typed, kind })} options={KINDS.map(kind => ({ value: kind, label: t(`kind_${kind}`) }))} /></div>
        {text('key', t('source_key_hint'))}
        {text('url', t('source_url_hint'))}
        {text('token', t('source_token_hint'))}
        {text('hosts')}
        {send.error && <Failure error={send.error} />}
        {send.error instanceof Refusal && <ul className="fault">{send.error.faults.slice(1).map(fault => <li key={fault.pointer}>{fault.message}</li>)}</ul>}
        <p className="dialog-foot"><Button onClick={close} disabled={send.isPending}>{c('cancel')}</Button><Button type="primary" htmlType="submit" disabled={!typed.name.trim() || !typed.key.trim() || send.isPending}>{t('source_save')}</Button></p>
      </form>
    </Dialog>
  )
}
