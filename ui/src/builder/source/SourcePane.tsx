/** The text of one definition: what is typed here and what is clicked in the designer are the same text under one undo stack. */
import { Annotation, EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { linter, lintGutter, forceLinting, type Diagnostic as Lint } from '@codemirror/lint'
import { useEffect, useRef } from 'react'
import { useSearchParams } from 'react-router'
import { catalogue, useWords } from '../../kernel/i18n/catalogue'
import { useDraft } from '../draft/store'
import { useIsNarrow } from '../shell/narrow'
import { editorExtensions, readerExtensions } from './editor'

const words = catalogue('source', { text: ['{{file}} 的源码', 'Source of {{file}}'] })
/** Marks a change that came from the store, so that it is not sent back there. */
const fromStore = Annotation.define<boolean>()

export function SourcePane({ app, file }: { readonly app: string, readonly file: string }) {
  const t = useWords(words)
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const text = useDraft(state => state.files[file]?.text ?? '')
  const diagnostics = useDraft(state => state.diagnostics)
  const readOnly = useIsNarrow()
  const [search] = useSearchParams()
  const line = Number(search.get('line')) || 0

  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: useDraft.getState().files[file]?.text ?? '',
        extensions: [
          ...(readOnly ? readerExtensions : editorExtensions),
          EditorView.contentAttributes.of({ 'aria-label': t('text', { file }) }),
          lintGutter(),
          linter(found => lintsOf(found, file), { delay: 100 }),
          EditorView.updateListener.of(update => {
            if (update.docChanged && !update.transactions.some(each => each.annotation(fromStore))) useDraft.getState().type(file, update.state.doc.toString())
          }),
        ],
      }),
    })
    // CodeMirror's scroller takes no focus of its own; axe asks that what scrolls can be reached.
    made.scrollDOM.tabIndex = 0
    view.current = made
    return () => made.destroy()
    // The words of the label are those of when the editor was made.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [app, file, readOnly])

  useEffect(() => {
    const made = view.current
    if (!made) return
    const now = made.state.doc.toString()
    if (now !== text) made.dispatch({ changes: changeBetween(now, text), annotations: fromStore.of(true) })
  }, [text])

  useEffect(() => {
    if (view.current) forceLinting(view.current)
  }, [diagnostics])

  useEffect(() => {
    const made = view.current
    if (!made || !line || line > made.state.doc.lines) return
    const at = made.state.doc.line(line).from
    made.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
    made.focus()
  }, [line, file])

  return <div ref={place} className="source-pane" />
}

/** One change between the longest common beginning and end, so that the cursor stays where it was. */
function changeBetween(before: string, after: string): { from: number, to: number, insert: string } {
  let from = 0
  while (from < before.length && from < after.length && before[from] === after[from]) from++
  let end = 0
  while (end < before.length - from && end < after.length - from && before.at(-1 - end) === after.at(-1 - end)) end++
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) }
}

function lintsOf(view: EditorView, file: string): Lint[] {
  const state = useDraft.getState()
  const { doc } = view.state
  const offset = (line: number, column: number) => (line > doc.lines ? doc.length : Math.min(doc.line(Math.max(1, line)).from + column - 1, doc.line(Math.max(1, line)).to))
  const syntax = state.files[file]?.syntax ?? []
  if (syntax.length) return syntax.map(found => ({ from: Math.min(found.from, doc.length), to: Math.min(Math.max(found.to, found.from), doc.length), severity: 'error', message: found.message }))
  return state.diagnostics
    .filter(found => found.file === file)
    .map(found => {
      const from = offset(found.line, found.column)
      return {
        from, to: Math.max(from, offset(found.end_line, found.end_column)), severity: found.severity === 'hint' ? 'hint' : found.severity,
        message: [`${found.code} ${found.message}`, found.hint].filter(Boolean).join('\n'),
      }
    })
}
