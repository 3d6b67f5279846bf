/** What stands around every screen of the builder. */
import { Outlet } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import '../../screens/shell/shell.css'
import '../form/designer.css'
import { TopBar } from './TopBar'

export function BuilderShell() {
  const c = useWords(common)
  return (
    <div className="builder">
      <a className="skip" href="#content">{c('skip')}</a>
      <TopBar />
      <Outlet />
    </div>
  )
}
