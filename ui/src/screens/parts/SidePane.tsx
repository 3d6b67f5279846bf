/** A pane beside a form; it scrolls by itself, so the keyboard can reach it. */
import type { ReactNode } from 'react'

export const SidePane = ({ title, note, children }: { readonly title: string, readonly note?: string, readonly children: ReactNode }) => (
  // A region that scrolls and holds no control needs the focus to be scrolled by keys.
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <aside className="path-pane" tabIndex={0} aria-label={title}>
    <div className="path-head"><h2>{title}</h2>{note && <small className="hint">{note}</small>}</div>
    {children}
  </aside>
)
