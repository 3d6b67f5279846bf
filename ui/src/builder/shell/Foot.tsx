/** The strip at the foot: problems of the draft, each a way to its place, and the depth of undo. */
import { useState, type ReactNode } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useDraft } from '../draft/store'
import type { Diagnostic } from '../draft/types'
import { words } from '../words'

const TAG = { error: 'tag-seal', warning: 'tag-warning', hint: '' } as const

interface FootProps {
  readonly open: (found: Diagnostic) => void
  /** What a designer says there of its own. */
  readonly children?: ReactNode
}

export function Foot({ open, children }: FootProps) {
  const t = useWords(words)
  const diagnostics = useDraft(state => state.diagnostics)
  const refused = useDraft(state => state.refused), dismiss = useDraft(state => state.dismiss)
  const steps = useDraft(state => state.past.length)
  const [shown, setShown] = useState(false)
  const worst = diagnostics.some(found => found.severity === 'error') ? 'tag-seal' : diagnostics.length ? 'tag-warning' : 'tag-ok'
  const first = diagnostics[0]
  return (
    <footer className="foot">
      {shown && diagnostics.length > 0 && (
        <ul className="problems" aria-label={t('show_problems')}>
          {diagnostics.map(found => (
            <li key={`${found.file} ${found.line} ${found.column} ${found.code}`}>
              <button type="button" className="problem" onClick={() => open(found)}>
                <span className={`tag ${TAG[found.severity]}`}>{t(found.severity)} {found.code}</span>
                <span className="grow">{found.message}{found.hint && <span className="hint"> {found.hint}</span>}</span>
                <span className="mono">{found.file}:{found.line}:{found.column}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {refused && (
        <div className="notice" role="alert">
          <span className="grow">{t(`refused_${refused.reason}`, { file: refused.file })}</span>
          <button type="button" className="icon-button" aria-label="×" onClick={dismiss}>×</button>
        </div>
      )}
      <div className="foot-line">
        <button type="button" className={`tag ${worst} foot-count`} aria-expanded={shown} disabled={!diagnostics.length} onClick={() => setShown(!shown)}>
          {diagnostics.length ? t('problems', { count: diagnostics.length }) : t('no_problems')}
        </button>
        {first && !shown && <span className="cut">{first.code} {first.message}</span>}
        <span className="grow" />
        {first && !shown && <span className="mono">{first.file}:{first.line}</span>}
        {children}
        <span className="hint small">{t('undo_steps', { count: steps })}</span>
      </div>
    </footer>
  )
}
