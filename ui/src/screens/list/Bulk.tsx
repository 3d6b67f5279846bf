/** Actions on the selected rows: what they will touch is listed first, and every record answers for itself. */
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import type { RecordWire, Wire } from '../../kernel/api/types'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { widgetOf } from '../../widgets'
import { onlyThese, type Question } from '../exports/data'
import { ExportDialog } from '../exports/ExportDialog'
import { words as exportWords } from '../exports/words'
import { useCardTitle } from './card'
import { columnsOf, type ListParts } from './fields'
import { words } from './words'

interface BulkProps {
  readonly parts: ListParts
  readonly selected: readonly RecordWire[]
  /** What the list asks now, for a file of the selected ones. */
  readonly question: Question
  readonly clear: () => void
  /** Keeps those selected that were refused. */
  readonly keep: (ids: readonly string[]) => void
}

type Result = { readonly title: string, readonly id: string, readonly refused: string | null }

export function Bulk({ parts, selected, question, clear, keep }: BulkProps) {
  const t = useWords(words), e = useWords(exportWords)
  const [exporting, setExporting] = useState(false)
  const [action, setAction] = useState<'delete' | 'assign' | null>(null)
  const { bulk } = parts.list
  return (
    <>
      {selected.length > 0 && (
        <div className="bulk-bar" role="group" aria-label={t('selection')}>
          <b role="status">{t('selected', { count: selected.length })}</b>
          {bulk.includes('assign') && <Button size="small" onClick={() => setAction('assign')}>{t('assign')}</Button>}
          {bulk.includes('delete') && <Button size="small" danger onClick={() => setAction('delete')}>{t('delete')}</Button>}
          {bulk.includes('export') && <Button size="small" onClick={() => setExporting(true)}>{e('export')}</Button>}
          <Button size="small" onClick={clear}>{t('clear_selection')} <kbd aria-hidden="true">Esc</kbd></Button>
        </div>
      )}
      {exporting && <ExportDialog app={parts.screens.app} entity={parts.entity} question={{ ...question, where: onlyThese(selected.map(record => record.id)), search: '', segment: '' }} total={selected.length} close={() => setExporting(false)} />}
      {/* Stays with its results when nothing of the selection is left. */}
      {action && <Act key={action} {...{ parts, selected, keep, action }} close={() => setAction(null)} />}
    </>
  )
}

interface ActProps extends Omit<BulkProps, 'clear' | 'question'> { readonly action: 'delete' | 'assign', readonly close: () => void }

function Act({ parts, selected, keep, action, close }: ActProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), client = useQueryClient()
  const { screens: { app, timezone: zone }, list, entity } = parts
  const title = useCardTitle(list, columnsOf(parts), zone)
  // What was selected when the dialog opened: the rows change below it.
  const [records] = useState(selected), [person, setPerson] = useState<{ readonly id: Wire, readonly title?: string | undefined }>({ id: null })
  const [results, setResults] = useState<readonly Result[] | null>(null), [busy, setBusy] = useState(false)
  const field = list.assigns ? entity.fields[list.assigns] : undefined
  const one = async (record: RecordWire): Promise<Result> => {
    const at = path('api', app, entity.name, record.id), named = { id: record.id, title: title(record) }
    try {
      await (action === 'delete' ? call('DELETE', at, { ifMatch: record.version }) : call('PATCH', at, { body: { [list.assigns ?? '']: person.id }, ifMatch: record.version }))
      return { ...named, refused: null }
    } catch (failure) {
      return { ...named, refused: failure instanceof Refusal && failure.message ? failure.message : t('bulk_failed') }
    }
  }
  const run = async () => {
    setBusy(true)
    const done: Result[] = []
    for (const record of records) {
      done.push(await one(record))
      setResults([...done])
    }
    setBusy(false)
    keep(done.filter(result => result.refused !== null).map(result => result.id))
    await client.invalidateQueries({ predicate: query => ['list', 'count', 'record', 'history', 'related'].includes(String(query.queryKey[0])) })
  }
  const { Input } = field ? widgetOf(field) : { Input: null }
  const refused = results?.filter(result => result.refused !== null) ?? []
  return (
    <Dialog title={t(action === 'delete' ? 'delete_title' : 'assign_title', { count: records.length })} close={busy ? undefined : close} width={560}>
      {results === null ? (
        <>
          {action === 'assign' && field && Input && (
            <div className="field">
              <span id="bulk-person-label" className="field-label">{label(field.label)}</span>
              <Input id="bulk-person" field={field} value={person.id} title={person.title} required invalid={false} describedBy="" place={{ app, zone }} blur={() => undefined} change={(id, named) => setPerson({ id, title: named })} />
            </div>
          )}
          <p>{t('touches')}</p>
          <ul className="bulk-list">{records.map(record => <li key={record.id}>{title(record)}</li>)}</ul>
          <p className="dialog-foot"><Button onClick={close}>{c('cancel')}</Button><Button type="primary" danger={action === 'delete'} disabled={action === 'assign' && person.id === null} onClick={() => void run()}>{t(action)}</Button></p>
        </>
      ) : (
        <>
          <p role="status">{t('bulk_done', { done: results.length - refused.length, all: records.length })}</p>
          <ul className="bulk-list">{results.map(result => <li key={result.id}>{result.refused === null ? '✓' : '✗'} {result.title}{result.refused !== null && <span className="fault"> {result.refused}</span>}</li>)}</ul>
          <p className="dialog-foot"><Button type="primary" disabled={busy} onClick={close}>{c('close')}</Button></p>
        </>
      )}
    </Dialog>
  )
}
