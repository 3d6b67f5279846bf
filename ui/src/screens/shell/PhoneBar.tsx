/** The bar at the foot of a phone: work, the first list, a new case, everything else. */
import { useState } from 'react'
import { Link, useLocation } from 'react-router'
import { useMe } from '../../kernel/api/queries'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { Dialog } from '../../kernel/parts/Dialog'
import { Icon } from './Icon'
import { NavigationGroups } from './Navigation'
import { PersonCard } from './PersonMenu'
import { useAllScreens, useMenu } from './menu'
import { words } from './words'

export function PhoneBar() {
  const t = useWords(words), label = useLabel()
  const { pathname } = useLocation()
  const [open, setOpen] = useState(false)
  const me = useMe().data
  const { groups } = useMenu()
  const { screens } = useAllScreens()
  const list = groups.flatMap(group => group.entries).find(entry => entry.icon === 'list')
  const starts = screens.flatMap(each =>
    Object.values(each.entities).flatMap(entity => (entity.workflow?.can_start && entity.workflow.form ? [{ app: each.app, entity, form: entity.workflow.form }] : [])),
  )[0]
  const start = starts && `/app/${starts.app}/new/${starts.form}`
  const here = (to: string) => (pathname === to || (to === '/tasks' && pathname.startsWith('/tasks')) ? 'page' : undefined)
  return (
    <nav className="phone-bar" aria-label={t('menu')}>
      <Link to="/tasks" aria-current={here('/tasks')}>
        <Icon name="todo" />{t('todo')}
        {me !== undefined && me.open_tasks > 0 && <span className="badge"><span aria-hidden="true">{me.open_tasks}</span><span className="sr">{t('open_count', { count: me.open_tasks })}</span></span>}
      </Link>
      {list && <Link to={list.to} aria-current={here(list.to)}><Icon name="list" />{list.text}</Link>}
      {starts && start && <Link to={start} aria-current={here(start)} aria-label={`${t('new')} ${label(starts.entity.label)}`}><Icon name="new" />{t('new')}</Link>}
      <button type="button" aria-expanded={open} onClick={() => setOpen(true)}><Icon name="more" />{t('more')}</button>
      {open && (
        <Dialog title={t('menu')} sheet close={() => setOpen(false)}>
          {me && <PersonCard me={me} />}
          <NavigationGroups narrow={false} chosen={() => setOpen(false)} />
        </Dialog>
      )}
    </nav>
  )
}
