/** The changes of a plan in words, by file, each with its difference line by line. */
import { lazy, Suspense, useState } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { ChangeEntry, PublishPlan } from '../draft/types'
import { words } from './words'

const Difference = lazy(async () => ({ default: (await import('../source/ComparePane')).Difference }))

export function ChangeList({ plan }: { readonly plan: PublishPlan }) {
  const t = useWords(words), label = useLabel()
  const [opened, setOpened] = useState<string | null>(null)
  const files = [...new Set([...plan.changes.map(change => change.file), ...plan.files.map(file => file.path)])]
  const of = (path: string): readonly ChangeEntry[] => plan.changes.filter(change => change.file === path)
  if (!files.length) return <p className="empty">{t('no_difference')}</p>
  return (
    <ul className="change-list">
      {files.map(path => {
        const changes = of(path)
        const first = changes[0]
        const text = plan.files.find(file => file.path === path)
        const open = opened === path
        return (
          <li key={path}>
            <button type="button" className="change-head" aria-expanded={open} onClick={() => setOpened(open ? null : path)}>
              <span className={`mark mark-${first?.kind ?? 'entity'}`} aria-hidden="true" />
              <b className="change-thing">{first ? label(first.label) : path}</b>
              <span className="grow">
                {changes.map((change, at) => (
                  <span key={label(change.words)} className={change.flag === 'widened' ? 'seal-strong' : ''}>{at > 0 && '；'}{label(change.words)}</span>
                ))}
                {!changes.length && !plan.blocked && t('only_text')}
              </span>
              <span className="hint small">{t('changes_count', { count: changes.length })} {open ? '▾' : '▸'}</span>
            </button>
            {open && text && <Suspense fallback={<span className="grey" />}><div className="change-difference"><Difference before={text.before} after={text.after} file={path} /></div></Suspense>}
          </li>
        )
      })}
    </ul>
  )
}
