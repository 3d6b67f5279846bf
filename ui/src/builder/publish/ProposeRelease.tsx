/** Proposes a release of another server here: from a file that was carried, or fetched from a source. */
import { Button, Input, Select } from 'antd'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { post } from '../../kernel/api/client'
import { useOnce } from '../../kernel/api/once'
import { useWords } from '../../kernel/i18n/catalogue'
import { Failure } from '../../kernel/parts/Failure'
import type { Review } from '../draft/types'
import type { Source } from './Sources'
import { UnitPicker } from './UnitPicker'
import { words } from './words'

const BY_FILE = ''

export function ProposeRelease({ sources }: { readonly sources: readonly Source[] }) {
  const t = useWords(words)
  const navigate = useNavigate(), client = useQueryClient(), once = useOnce()
  const asked = sources.filter(source => source.url !== null)
  const [source, setSource] = useState(BY_FILE), [app, setApp] = useState(''), [release, setRelease] = useState('')
  const [file, setFile] = useState<{ readonly name: string, readonly text: string } | null>(null)
  const [note, setNote] = useState(''), [units, setUnits] = useState<readonly string[]>([])
  const input = useRef<HTMLInputElement>(null)
  const wish = () => ({
    ...(source === BY_FILE ? { file: file?.text } : { source, app: app.trim(), release: release.trim() ? Number(release) : null }),
    note: note.trim() || null, units,
  })
  const propose = useMutation({
    mutationFn: () => once(wish(), key => post<Review>('/api/builder/promotions', { body: wish(), key })),
    onSuccess: review => {
      void client.invalidateQueries({ queryKey: ['builder'] })
      void navigate(`/reviews/${review.id}`)
    },
  })
  const isWhole = source === BY_FILE ? file !== null : app.trim() !== '' && /^\d*$/.test(release.trim())
  return (
    <section className="card" aria-label={t('propose')}>
      <div className="card-head"><h2>{t('propose')}</h2></div>
      <div className="card-body propose">
        <p className="hint">{t('propose_note')}</p>
        <div className="line">
          <label htmlFor="from">{t('propose_from')}</label>
          <Select id="from" value={source} onChange={setSource} options={[{ value: BY_FILE, label: t('by_file') }, ...asked.map(each => ({ value: each.name, label: `${each.name} · ${each.url}` }))]} />
        </div>
        {source === BY_FILE && (
          <div className="line">
            <span>{t('file')}</span>
            <input ref={input} type="file" accept=".json" className="sr" tabIndex={-1} aria-hidden="true" onChange={event => {
              const chosen = event.target.files?.[0]
              event.target.value = ''
              if (chosen) void chosen.text().then(text => setFile({ name: chosen.name, text }))
            }} />
            <span><Button onClick={() => input.current?.click()}>{t('choose_file')}</Button> {file?.name}</span>
          </div>
        )}
        {source !== BY_FILE && (
          <>
            <div className="line"><label htmlFor="app">{t('app_there')}</label><Input id="app" value={app} autoComplete="off" spellCheck={false} onChange={event => setApp(event.target.value)} /></div>
            <div className="line"><label htmlFor="release">{t('release_wanted')}</label><Input id="release" value={release} inputMode="numeric" placeholder={t('release_live')} onChange={event => setRelease(event.target.value)} /></div>
          </>
        )}
        <div className="line"><label htmlFor="first-units">{t('propose_units')}</label><UnitPicker id="first-units" units={units} choose={setUnits} /></div>
        <div className="line"><label htmlFor="promotion-note">{t('note')}</label><textarea id="promotion-note" className="line-input note" rows={2} maxLength={2000} value={note} onChange={event => setNote(event.target.value)} /></div>
        {propose.error && <Failure error={propose.error} />}
        <p><Button type="primary" disabled={!isWhole || propose.isPending} onClick={() => propose.mutate()}>{propose.isPending ? t('proposing') : t('propose')}</Button></p>
      </div>
    </section>
  )
}
