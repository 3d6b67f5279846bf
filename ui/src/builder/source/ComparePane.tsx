/** One definition beside the live release, line by line; what did not change is folded away. */
import { MergeView } from '@codemirror/merge'
import { useEffect, useRef } from 'react'
import { EditorState } from '@codemirror/state'
import { catalogue, useWords } from '../../kernel/i18n/catalogue'
import { useLocale } from '../../kernel/i18n/locale'
import { Failure } from '../../kernel/parts/Failure'
import { usePlan } from '../draft/published'
import { useDraft } from '../draft/store'
import { readerExtensions } from './editor'

const words = catalogue('compare', {
  live: ['已上线', 'Live'],
  draft: ['草稿', 'Draft'],
  // Never fewer than four are folded.
  unchanged: ['{{lines}} 行未改动，点击展开', '{{lines}} unchanged lines; click to show'],
  same: ['{{file}} 与已上线版本相同', '{{file}} is the same as live'],
  new: ['（新文件）', '(new file)'],
})

export function ComparePane({ app, file }: { readonly app: string, readonly file: string }) {
  const t = useWords(words)
  const plan = usePlan(app)
  const text = useDraft(state => state.files[file]?.text ?? '')
  const changed = plan.data?.files.find(each => each.path === file)
  if (plan.error) return <Failure error={plan.error} retry={() => void plan.refetch()} />
  if (!plan.data) return <p className="empty" aria-busy="true"><span className="grey" /></p>
  if (!changed) return <p className="empty">{t('same', { file })}</p>
  return <Difference before={changed.before} after={text} file={file} />
}

/** Both texts side by side, read only. */
export function Difference({ before, after, file }: { readonly before: string | null, readonly after: string | null, readonly file: string }) {
  const t = useWords(words), locale = useLocale()
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The words of the fold are those of when it was drawn.
    const phrases = EditorState.phrases.of({ '$ unchanged lines': t('unchanged', { lines: '$' }) })
    const view = new MergeView({
      parent: place.current!,
      a: { doc: before ?? '', extensions: [...readerExtensions, phrases] },
      b: { doc: after ?? '', extensions: [...readerExtensions, phrases] },
      collapseUnchanged: { margin: 2, minSize: 4 },
      gutter: true,
    })
    for (const side of [view.a, view.b]) side.scrollDOM.tabIndex = 0
    return () => view.destroy()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [before, after, locale])
  return (
    <div className="difference">
      <div className="difference-heads"><span>{t('live')} · <code className="mono">{before === null ? t('new') : file}</code></span><span>{t('draft')} · <code className="mono">{file}</code></span></div>
      <div ref={place} className="difference-body" />
    </div>
  )
}
