/** A little Markdown as a tree: headings, lists, bold, italics and links. It knows no HTML, so nothing in it can run. */

export type Span = { readonly kind: 'text', readonly text: string } | { readonly kind: 'strong', readonly inner: readonly Span[] } | { readonly kind: 'em', readonly inner: readonly Span[] } | { readonly kind: 'link', readonly href: string, readonly text: string }
export type Block = { readonly kind: 'heading', readonly level: 1 | 2 | 3, readonly spans: readonly Span[] } | { readonly kind: 'paragraph', readonly lines: readonly (readonly Span[])[] } | { readonly kind: 'list', readonly ordered: boolean, readonly items: readonly (readonly Span[])[] }

/** One mark of a line: strong, em, or a link to a page; other schemes stay text. */
const MARK = /\*\*([^*\n]+)\*\*|\*([^*\n]+)\*|\[([^[\]\n]+)\]\((https?:\/\/[^\s)]+)\)/

function spansOf(text: string): readonly Span[] {
  const found: Span[] = []
  let rest = text
  while (rest) {
    const match = MARK.exec(rest)
    if (!match) return [...found, { kind: 'text', text: rest }]
    const [whole, strong, em, label = '', href = ''] = match
    if (match.index > 0) found.push({ kind: 'text', text: rest.slice(0, match.index) })
    if (strong !== undefined) found.push({ kind: 'strong', inner: spansOf(strong) })
    else if (em !== undefined) found.push({ kind: 'em', inner: spansOf(em) })
    else found.push({ kind: 'link', href, text: label })
    rest = rest.slice(match.index + whole.length)
  }
  return found
}

const HEADING = /^(#{1,3})\s+(.+)$/, BULLET = /^\s*[-*]\s+(.+)$/, NUMBERED = /^\s*\d{1,3}[.)]\s+(.+)$/

/** The blocks of a text; every character of it is shown, whatever it holds. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = []
  let lines: (readonly Span[])[] = [], items: (readonly Span[])[] = [], ordered = false
  const close = () => {
    if (lines.length > 0) blocks.push({ kind: 'paragraph', lines })
    if (items.length > 0) blocks.push({ kind: 'list', ordered, items })
    lines = []
    items = []
  }
  for (const line of text.split('\n')) {
    const heading = HEADING.exec(line), numbered = NUMBERED.exec(line), item = BULLET.exec(line) ?? numbered
    if (!line.trim()) close()
    else if (heading) {
      close()
      blocks.push({ kind: 'heading', level: Math.min(heading[1]?.length ?? 1, 3) as 1 | 2 | 3, spans: spansOf(heading[2] ?? '') })
    } else if (item) {
      if (lines.length > 0 || (items.length > 0 && ordered !== (numbered !== null))) close()
      ordered = numbered !== null
      items.push(spansOf(item[1] ?? ''))
    } else {
      if (items.length > 0) close()
      lines.push(spansOf(line))
    }
  }
  close()
  return blocks
}
