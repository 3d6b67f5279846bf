/** The bar below the top: where one is, how the draft stands, undo and redo, and the one primary action. */
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { clock } from '../../kernel/format/dates'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { saveDraft } from '../draft/saving'
import { unsaved, useDraft } from '../draft/store'
import { useBuilderApps } from '../home/queries'
import { words } from '../words'

export interface Crumb { readonly text: string, readonly to?: string, readonly mark?: string }

/** The crumbs of a page inside an app begin with the app. */
export function CrumbBar({ app, crumbs, children }: { readonly app?: string, readonly crumbs: readonly Crumb[], readonly children?: ReactNode }) {
  const t = useWords(words), label = useLabel()
  const known = useBuilderApps().data?.items.find(each => each.app === app)
  const shown = app === undefined ? crumbs : [{ text: label(known?.label) || app, to: `/${app}` }, ...crumbs]
  return (
    <div className="crumb-bar">
      <nav className="crumbs" aria-label={t('place')}>
        <ol>
          {shown.map((crumb, at) => (
            <li key={crumb.to ?? crumb.text} aria-current={at === shown.length - 1 ? 'page' : undefined}>
              {crumb.mark && <span className={`mark mark-${crumb.mark}`} aria-hidden="true" />}
              {crumb.to ? <Link to={crumb.to}>{crumb.text}</Link> : <span>{crumb.text}</span>}
            </li>
          ))}
        </ol>
      </nav>
      {children}
    </div>
  )
}

/** What became of the last change, in words, in a status region. */
export function SavingState({ app, reload }: { readonly app: string, readonly reload: () => void }) {
  const t = useWords(words)
  const saving = useDraft(state => state.saving)
  const savedAt = useDraft(state => state.savedAt)
  const time = savedAt && clock(savedAt.toISOString())
  const text = saving === 'saved' ? (time ? t('saved_at', { time }) : t('saved')) : t(saving)
  return (
    <span className="saving">
      <span role="status" className={saving === 'failed' || saving === 'conflict' ? 'tag tag-warning' : 'hint small'}>{text}</span>
      {saving === 'failed' && <Button size="small" onClick={() => void saveDraft(app)}>{t('save_again')}</Button>}
      {saving === 'conflict' && <Button size="small" onClick={reload}>{t('take_theirs')}</Button>}
    </span>
  )
}

export function DraftTag() {
  const t = useWords(words)
  const count = useDraft(state => new Set([...state.changed, ...unsaved(state).map(([path]) => path)]).size)
  return count ? <span className="tag tag-brand">{t('draft_changes', { count })}</span> : <span className="tag">{t('no_draft')}</span>
}

export function UndoButtons() {
  const t = useWords(words)
  const undo = useDraft(state => state.undo), redo = useDraft(state => state.redo)
  const past = useDraft(state => state.past.length), future = useDraft(state => state.future.length)
  return (
    <>
      <Button size="small" disabled={!past} aria-keyshortcuts="Control+Z" onClick={undo}>↶ {t('undo')} <kbd>Ctrl Z</kbd></Button>
      <Button size="small" disabled={!future} aria-keyshortcuts="Control+Y" onClick={redo}>↷ {t('redo')}</Button>
    </>
  )
}
