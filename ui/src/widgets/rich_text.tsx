/** Text with a little formatting: marks in the text itself, buttons that set them, and the result below. */
import { Input } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useRef, type ReactNode } from 'react'
import { blocksOf, type Block, type Span } from '../kernel/format/marks'
import { textOf } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

const TOOLS = [
  { key: 'bold', sign: 'B', before: '**', after: '**' }, { key: 'italic', sign: 'I', before: '*', after: '*' },
  { key: 'heading', sign: 'H', before: '# ', after: '' }, { key: 'bullet', sign: '•', before: '- ', after: '' },
] as const

function draw(spans: readonly Span[]): ReactNode[] {
  return spans.map((span, at) => {
    switch (span.kind) {
      case 'strong': return <strong key={at}>{draw(span.inner)}</strong>
      case 'em': return <em key={at}>{draw(span.inner)}</em>
      case 'link': return <a key={at} href={span.href} target="_blank" rel="noopener noreferrer">{span.text}</a>
      default: return span.text
    }
  })
}

function drawBlock(block: Block, at: number): ReactNode {
  switch (block.kind) {
    // A heading of a value must not stand among the headings of the page.
    case 'heading': return <p key={at} className="marks-heading">{draw(block.spans)}</p>
    case 'list': {
      const items = block.items.map((item, number) => <li key={number}>{draw(item)}</li>)
      return block.ordered ? <ol key={at}>{items}</ol> : <ul key={at}>{items}</ul>
    }
    default: return <p key={at}>{block.lines.map((line, number) => <span key={number} className="marks-line">{draw(line)}</span>)}</p>
  }
}

const Marks = ({ text }: { readonly text: string }) => <div className="marks">{blocksOf(text).map(drawBlock)}</div>

function RichTextInput({ id, field, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words)
  const area = useRef<TextAreaRef>(null)
  const text = textOf(value ?? undefined)
  const mark = (before: string, after: string) => {
    const element = area.current?.resizableTextArea?.textArea
    if (!element) return
    const { selectionStart: from, selectionEnd: to } = element
    // A mark of a line stands at its begin.
    const start = after ? from : text.lastIndexOf('\n', from - 1) + 1
    change(`${text.slice(0, start)}${before}${text.slice(start, to)}${after}${text.slice(to)}`)
    element.focus()
  }
  return (
    <div className="textarea">
      <div className="marks-tools" role="group" aria-label={t('formatting')}>
        {TOOLS.map(tool => <button key={tool.key} type="button" className="icon-button" aria-label={t(tool.key)} aria-controls={id} onClick={() => mark(tool.before, tool.after)}>{tool.sign}</button>)}
      </div>
      <Input.TextArea
        ref={area} id={id} value={text} rows={field.options.lines ?? 5} status={invalid ? 'error' : ''}
        aria-invalid={invalid} aria-describedby={describedBy} aria-required={required}
        onChange={event => change(event.target.value || null)} onBlur={blur}
      />
      {/[*#[\-\d]/.test(text) && <div className="marks-preview" aria-label={t('preview')}><Marks text={text} /></div>}
    </div>
  )
}

const RichTextShow = ({ value }: ShowProps) => (value === null || value === undefined ? null : <Marks text={textOf(value)} />)

export default { Input: RichTextInput, Show: RichTextShow } satisfies Widget
