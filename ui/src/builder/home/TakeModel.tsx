/** A BPMN or DMN file of another tool into the draft: what it makes and what is to be said of it are shown before it is taken. */
import { useMutation } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useId, useRef, useState } from 'react'
import { post, path } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { useDraft } from '../draft/store'
import type { Diagnostic } from '../draft/types'
import { words } from './words'

/** What is exchanged with other tools, and as which kind of file. */
export type Format = 'bpmn' | 'dmn'

interface Taken { readonly files: Readonly<Record<string, string>>, readonly diagnostics: readonly Diagnostic[] }

interface TakeModelProps { readonly app: string, readonly format: Format }

export function TakeModel({ app, format }: TakeModelProps) {
  const t = useWords(words), c = useWords(common), id = useId(), input = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<{ readonly name: string, readonly text: string } | null>(null), [entity, setEntity] = useState<string | null>(null)
  const files = useDraft(state => state.files), run = useDraft(state => state.run)
  const entities = Object.keys(files).filter(name => name.startsWith('entities/')).map(name => name.slice('entities/'.length).replace(/\.yaml$/, '')).toSorted()
  const take = useMutation({
    mutationFn: (asked: { readonly name: string, readonly text: string, readonly entity: string | null }) =>
      post<Taken>(path('api', 'builder', 'apps', app, 'take', format), { body: { file: asked.name, text: asked.text, ...(asked.entity ? { entity: asked.entity } : {}) } }),
  })
  const close = () => { setFile(null); setEntity(null); take.reset() }
  const made = Object.entries(take.data?.files ?? {}), blocked = take.data?.diagnostics.some(found => found.severity === 'error') ?? false
  const keep = () => {
    // One step of the undo stack, saved like any other change of the draft.
    run({ edit: { created: Object.fromEntries(made), operations: {} }, select: null })
    close()
  }
  return (
    <>
      <input ref={input} type="file" accept={`.${format},.xml`} className="sr" tabIndex={-1} aria-hidden="true" onChange={event => {
        const chosen = event.target.files?.[0]
        event.target.value = ''
        if (chosen) void chosen.text().then(text => { setFile({ name: chosen.name, text }); take.mutate({ name: chosen.name, text, entity: null }) })
      }} />
      <Button onClick={() => input.current?.click()}>{t('take', { format: format.toUpperCase() })}</Button>
      {file && (
        <Dialog title={t('take', { format: format.toUpperCase() })} close={close}>
          <p className="quiet">{file.name}</p>
          {format === 'bpmn' && (
            <>
              <label className="field-label" htmlFor={`${id}-entity`}>{t('take_entity')}</label>
              <Select id={`${id}-entity`} className="wide" allowClear showSearch value={entity} placeholder={t('take_entity_hint')} options={entities.map(name => ({ value: name, label: name }))}
                getPopupContainer={node => node.parentElement ?? node} onChange={(name: string | undefined) => { setEntity(name ?? null); take.mutate({ ...file, entity: name ?? null }) }} />
            </>
          )}
          {take.isPending && <p role="status">{c('loading')}</p>}
          {take.error && <Failure error={take.error} />}
          {take.data && (
            <>
              <p role="status">{made.length ? t('take_makes', { files: made.map(([name]) => name).join(', ') }) : t('take_nothing')}</p>
              {made.some(([name]) => name in files) && <p className="message-warning">{t('take_replaces')}</p>}
              <ul className="take-findings">
                {take.data.diagnostics.map(found => (
                  <li key={`${found.line} ${found.column} ${found.code} ${found.message}`}>
                    <span className={`tag ${found.severity === 'error' ? 'tag-seal' : 'tag-warning'}`}>{found.code}</span> {found.message}{found.hint && <span className="hint"> {found.hint}</span>} <span className="mono hint">{found.line}:{found.column}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          <p className="dialog-foot"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" disabled={!made.length || blocked || take.isPending} onClick={keep}>{t('take_yes')}</Button></p>
        </Dialog>
      )}
    </>
  )
}
