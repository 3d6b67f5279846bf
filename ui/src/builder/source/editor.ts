/** What every CodeMirror of the builder has: YAML, the nonce of the page, our colours, no history of its own. */

import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import type { Extension } from '@codemirror/state'
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { defaultKeymap, indentWithTab } from '@codemirror/commands'
import { tags } from '@lezer/highlight'
import { csp } from '../../kernel/nonce'

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--brand)' },
  { tag: tags.comment, color: 'var(--hint)', fontStyle: 'italic' },
  { tag: tags.string, color: 'var(--ok)' },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: 'var(--secondary)' },
])

const face = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', backgroundColor: 'var(--card)', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'ui-monospace, SFMono-Regular, Consolas, "Noto Sans Mono CJK SC", monospace', lineHeight: '20px' },
  '.cm-gutters': { backgroundColor: 'var(--head)', color: 'var(--hint)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--selected)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused': { outline: '3px solid var(--focus)', outlineOffset: '-3px' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-changedLine': { backgroundColor: 'var(--brand-tint) !important' },
  '.cm-collapsedLines': { backgroundColor: 'var(--head)', color: 'var(--secondary)', backgroundImage: 'none', minHeight: '27px' },
  // The glyph of its own is in few fonts.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"⋯"' },
})

/** For reading: the same look without anything that edits. */
export const readerExtensions: readonly Extension[] = [
  EditorView.cspNonce.of(csp.nonce),
  lineNumbers(),
  yaml(),
  syntaxHighlighting(colours),
  face,
  EditorView.editable.of(false),
]

/** For writing; Ctrl+Z and Ctrl+Y are the builder's own, over all files. */
export const editorExtensions: readonly Extension[] = [
  EditorView.cspNonce.of(csp.nonce),
  lineNumbers(),
  foldGutter(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  indentOnInput(),
  bracketMatching(),
  yaml(),
  syntaxHighlighting(colours),
  face,
  keymap.of([indentWithTab, ...searchKeymap, ...defaultKeymap]),
]
