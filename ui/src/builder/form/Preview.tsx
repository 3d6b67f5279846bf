/** The form as a clerk will see it, drawn by the clerk's own renderer from the draft's texts; it can be filled in, nothing is kept. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useState } from 'react'
import { path, post } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { FormScreen, Screens } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { Blocks } from '../../screens/entry/Fields'
import { defaultsOf } from '../../screens/entry/model'
import { useEntry, useSurroundings, type EntryParts } from '../../screens/entry/useEntry'
import '../../screens/entry/entry.css'
import { textsOf } from '../draft/files'
import { unsaved, useDraft } from '../draft/store'
import { words } from './words'

const PAUSE = 300

/** Texts that differ from the server's draft, after a short pause, so that typing does not ask at each letter. */
function useTexts(): Record<string, string | null> {
  const files = useDeferredValue(useDraft(state => state.files))
  const [texts, setTexts] = useState<Record<string, string | null>>({})
  useEffect(() => {
    const timer = window.setTimeout(() => setTexts(textsOf(Object.fromEntries(unsaved({ files, stored: useDraft.getState().stored })))), PAUSE)
    return () => window.clearTimeout(timer)
  }, [files])
  return texts
}

export function Preview({ app, form }: { readonly app: string, readonly form: string }) {
  const t = useWords(words)
  const texts = useTexts()
  const checksum = useDraft(state => state.savedAt?.getTime() ?? 0)
  const [phone, setPhone] = useState(true)
  const query = useQuery({
    queryKey: ['builder', 'preview', app, checksum, texts],
    queryFn: ({ signal }) => post<Screens>(path('api', 'builder', 'apps', app, 'preview'), { body: { files: texts }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: Infinity,
  })
  const [shown, setShown] = useState<Screens | null>(null)
  if (query.data && query.data !== shown) setShown(query.data)
  const broken = query.error instanceof Refusal && query.error.status === 422
  const drawn = shown?.forms[form]
  return (
    <aside className="preview" aria-label={t('preview')}>
      <header>
        <h2 className="grow">{t('preview')}</h2>
        <div className="switch" role="group" aria-label={t('preview')}>
          <button type="button" aria-pressed={!phone} onClick={() => setPhone(false)}>{t('desktop')}</button>
          <button type="button" aria-pressed={phone} onClick={() => setPhone(true)}>{t('phone')}</button>
        </div>
      </header>
      <div className="preview-body" aria-busy={query.isFetching}>
        {broken && <p className="notice">{drawn ? t('preview_broken') : t('preview_none')}</p>}
        {query.error && !broken && <Failure error={query.error} retry={() => void query.refetch()} />}
        {shown && drawn && <div className={phone ? 'preview-phone' : 'preview-desktop'}><PreviewForm screens={shown} form={drawn} /></div>}
      </div>
    </aside>
  )
}

function PreviewForm({ screens, form }: { readonly screens: Screens, readonly form: FormScreen }) {
  const label = useLabel()
  const entity = screens.entities[form.entity]
  return (
    <>
      <h3 className="preview-title">{label(form.label)}</h3>
      {entity && <Filling parts={{ screens, form, entity }} />}
    </>
  )
}

function Filling({ parts }: { readonly parts: EntryParts }) {
  const around = useSurroundings(parts, null, null)
  const [start] = useState(() => ({ values: defaultsOf(parts.form, parts.entity, around), titles: {} }))
  const entry = useEntry(parts, start, around)
  return <Blocks blocks={entry.drawn.blocks} parts={parts} entry={entry} place={{ app: parts.screens.app, zone: parts.screens.timezone }} />
}
