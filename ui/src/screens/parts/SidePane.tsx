/** A pane beside a form; where it scrolls by itself, the keyboard can reach it. */
import { useEffect, useRef, useState, type ReactNode } from 'react'

/** Whether an element holds more than it shows. */
function useScrolls() {
  const place = useRef<HTMLElement>(null), [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const node = place.current
    if (!node) return
    const look = () => setScrolls(node.scrollHeight > node.clientHeight + 1)
    const size = new ResizeObserver(look), content = new MutationObserver(look)
    size.observe(node)
    content.observe(node, { childList: true, subtree: true })
    return () => {
      size.disconnect()
      content.disconnect()
    }
  }, [])
  return { place, scrolls }
}

export function SidePane({ title, note, children }: { readonly title: string, readonly note?: string, readonly children: ReactNode }) {
  const { place, scrolls } = useScrolls()
  return (
    // A region that scrolls and holds no control needs the focus to be scrolled by keys; one that does not is no stop.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <aside ref={place} className="path-pane" tabIndex={scrolls ? 0 : undefined} aria-label={title}>
      <div className="path-head"><h2>{title}</h2>{note && <small className="hint">{note}</small>}</div>
      {children}
    </aside>
  )
}
