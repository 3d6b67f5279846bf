import { describe, expect, it } from 'vitest'
import { blocksOf, type Block, type Span } from './marks'

const textOf = (spans: readonly Span[]): string => spans.map(span => (span.kind === 'strong' || span.kind === 'em' ? textOf(span.inner) : span.text)).join('')
const allText = (block: Block): string => (block.kind === 'heading' ? textOf(block.spans) : (block.kind === 'list' ? block.items : block.lines).map(textOf).join('\n'))

describe('formatted text', () => {
  it('knows headings, lists and paragraphs', () => {
    expect(blocksOf('# 标题\n第一行\n第二行\n\n- 甲\n- 乙\n1. 一\n2. 二').map(block => block.kind)).toEqual(['heading', 'paragraph', 'list', 'list'])
  })

  it('knows bold, italics and links', () => {
    expect(blocksOf('a **b** *c* [d](https://e.cn/f)')).toEqual([{
      kind: 'paragraph',
      lines: [[
        { kind: 'text', text: 'a ' }, { kind: 'strong', inner: [{ kind: 'text', text: 'b' }] }, { kind: 'text', text: ' ' },
        { kind: 'em', inner: [{ kind: 'text', text: 'c' }] }, { kind: 'text', text: ' ' }, { kind: 'link', href: 'https://e.cn/f', text: 'd' },
      ]],
    }])
  })

  it.each(['[x](javascript:alert(1))', '<script>alert(1)</script>', '[x](data:text/html,1)', '**', '*a', '[a](', '![x](https://e.cn/x.png)'])('makes nothing that runs of %s', text => {
    const spans = blocksOf(text).flatMap(block => (block.kind === 'paragraph' ? block.lines.flat() : []))
    expect(spans.every(span => span.kind !== 'link' || span.href.startsWith('https://'))).toBe(true)
    expect(blocksOf(text).map(allText).join('')).toContain(text.includes('](https') ? 'x' : text)
  })

  it('takes time in proportion to the text', () => {
    const started = performance.now()
    blocksOf('*'.repeat(60_000))
    blocksOf('['.repeat(60_000))
    blocksOf('[a]('.repeat(15_000))
    blocksOf('**a*'.repeat(15_000))
    expect(performance.now() - started).toBeLessThan(3000)
  })
})
