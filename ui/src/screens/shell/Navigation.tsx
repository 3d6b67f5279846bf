/** The navigation at the left, and its content again in the sheet of a phone. */
import { Link, useLocation } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { Icon } from './Icon'
import { useMenu, type Entry } from './menu'
import { words } from './words'

/** Whether an entry is the place where one is; the boxes of work differ by their query only. */
function useIsHere(): (to: string) => boolean {
  const { pathname, search } = useLocation()
  const box = new URLSearchParams(search).get('box') ?? 'todo'
  return to => {
    const [path, query] = to.split('?') as [string, string?]
    if (path === '/tasks') return pathname.startsWith('/tasks') && box === (query?.replace('box=', '') ?? 'todo')
    return pathname === path
  }
}

export function NavigationGroups({ narrow, chosen }: { readonly narrow: boolean, readonly chosen?: () => void }) {
  const t = useWords(words)
  const { groups } = useMenu()
  const isHere = useIsHere()
  const face = (entry: Entry) => (
    <>
      <Icon name={entry.icon} />
      <span className={narrow ? 'sr' : 'grow cut'}>{entry.text}</span>
      {entry.count !== undefined && entry.count > 0 && (
        <span className="badge"><span aria-hidden="true">{entry.count > 99 ? '99+' : entry.count}</span><span className="sr">{t(entry.counted ?? 'open_count', { count: entry.count })}</span></span>
      )}
    </>
  )
  const link = (entry: Entry) => (
    <li key={entry.to}>
      {entry.leaves
        ? <a href={entry.to} className="nav-link" title={narrow ? entry.text : undefined}>{face(entry)}</a>
        : <Link to={entry.to} className="nav-link" aria-current={isHere(entry.to) ? 'page' : undefined} title={narrow ? entry.text : undefined} onClick={chosen}>{face(entry)}</Link>}
    </li>
  )
  return groups.map(group => (
    <section key={group.key} className="nav-group" aria-labelledby={`nav-${group.key}`}>
      <h2 id={`nav-${group.key}`} className={narrow ? 'sr' : ''}>{group.text}</h2>
      <ul>{group.entries.map(link)}</ul>
    </section>
  ))
}

export function Navigation({ narrow, toggle }: { readonly narrow: boolean, readonly toggle: () => void }) {
  const t = useWords(words)
  const text = narrow ? t('expand') : t('collapse')
  return (
    <nav className="nav" aria-label={t('navigation')}>
      <div className="nav-scroll"><NavigationGroups narrow={narrow} /></div>
      <button type="button" className="nav-toggle" aria-expanded={!narrow} aria-label={text} title={text} onClick={toggle}>
        <span aria-hidden="true">{narrow ? '»' : '«'}</span>
      </button>
    </nav>
  )
}
