/** Take a list out: what the file will hold is said before, and what needs another person is asked for here. */
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { Link } from 'react-router'
import { useOnce } from '../../kernel/api/once'
import type { EntityScreen } from '../../kernel/api/types'
import { group } from '../../kernel/format/numbers'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { Failure } from '../../kernel/parts/Failure'
import { askFor, takeList, type Format, type Question } from './data'
import { words } from './words'
import './exports.css'

interface ExportDialogProps {
  readonly app: string
  readonly entity: EntityScreen
  readonly question: Question
  /** How many records it is; null while nobody knows. */
  readonly total: number | null
  readonly close: () => void
}

export function ExportDialog({ app, entity, question, total, close }: ExportDialogProps) {
  const t = useWords(words), c = useWords(common), label = useLabel(), id = useId(), once = useOnce()
  const [format, setFormat] = useState<Format>('xlsx'), [note, setNote] = useState('')
  const [busy, setBusy] = useState(false), [asked, setAsked] = useState(false), [failure, setFailure] = useState<Error | null>(null)
  const terms = entity.export ?? { rows: 0, alone: 0 }
  const tooMany = total !== null && total > terms.rows, needsRelease = total === null ? terms.alone === 0 : total > terms.alone
  const columns = question.select.split(',').length
  const run = async () => {
    setBusy(true)
    setFailure(null)
    try {
      if (needsRelease) {
        await once({ question, format, note }, key => askFor(app, entity.name, question, format, note, key))
        setAsked(true)
      } else {
        await takeList(app, entity.name, question, format)
        close()
      }
    } catch (error) {
      setFailure(error instanceof Error ? error : new Error(String(error)))
    }
    setBusy(false)
  }
  if (asked) {
    return (
      <Dialog title={t('title', { label: label(entity.label) })} close={close} width={520}>
        <p role="status">{t('asked')}</p>
        <p className="dialog-foot"><Link to={`/app/${app}/exports/${entity.name}`} onClick={close}>{t('requests')}</Link> <Button type="primary" onClick={close}>{c('close')}</Button></p>
      </Dialog>
    )
  }
  return (
    <Dialog title={t('title', { label: label(entity.label) })} close={busy ? undefined : close} width={520}>
      <fieldset className="export-formats">
        <legend className="field-label">{t('format')}</legend>
        {(['xlsx', 'csv'] as const).map(each => (
          <label key={each}><input type="radio" name={`${id}-format`} checked={format === each} onChange={() => setFormat(each)} /> {t(each)}</label>
        ))}
      </fieldset>
      <p>{t('contains')}{c('colon')}</p>
      <ul>
        <li>{total === null ? t('rows_unknown', { columns }) : t('rows', { total: group(String(total)), columns })}</li>
        <li>{t('only_yours')}</li>
        <li>{t('marked')}</li>
      </ul>
      {terms.alone < terms.rows && <p>{terms.alone === 0 ? t('always') : t('alone', { rows: group(String(terms.alone)) })}</p>}
      {needsRelease && !tooMany && (
        <div className="field">
          <label htmlFor={`${id}-note`} className="field-label">{t('note')}</label>
          <Input id={`${id}-note`} value={note} maxLength={2000} onChange={event => setNote(event.target.value)} />
        </div>
      )}
      <p className="hint small">{t('audited')}</p>
      {failure && <Failure error={failure} />}
      <p className="dialog-foot">
        <Button onClick={close} disabled={busy}>{c('cancel')}</Button>
        <Button type="primary" disabled={tooMany} aria-busy={busy} onClick={() => { if (!busy) void run() }}>
          {tooMany ? t('limit', { rows: group(String(terms.rows)) }) : busy ? t('writing') : t(needsRelease ? 'ask' : 'take')}
        </Button>
      </p>
    </Dialog>
  )
}
