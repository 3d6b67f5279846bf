/** What stands around every screen of the workplace. */
import { lazy, Suspense, useState } from 'react'
import { Outlet } from 'react-router'
import { useWords } from '../../kernel/i18n/catalogue'
import { common } from '../../kernel/i18n/common'
import { useShortcuts } from '../../kernel/keyboard'
import { EmergencyStrip } from './EmergencyStrip'
import { Navigation } from './Navigation'
import { PhoneBar } from './PhoneBar'
import { TopBar } from './TopBar'
import './shell.css'

const Search = lazy(() => import('./Search'))
const PLACE = 'qiqiao.navigation'

export function Shell() {
  const c = useWords(common)
  const [narrow, setNarrow] = useState(() => localStorage.getItem(PLACE) === 'narrow')
  const [searching, setSearching] = useState(false)
  useShortcuts({ 'Ctrl+K': () => setSearching(true) })
  const toggle = () => {
    localStorage.setItem(PLACE, narrow ? 'wide' : 'narrow')
    setNarrow(!narrow)
  }
  return (
    <div className={`shell ${narrow ? 'shell-narrow' : ''}`}>
      <a className="skip" href="#content">{c('skip')}</a>
      <TopBar search={() => setSearching(true)} />
      <Navigation narrow={narrow} toggle={toggle} />
      <main id="content" tabIndex={-1} className="content no-ring"><EmergencyStrip /><Outlet /></main>
      <PhoneBar />
      {searching && <Suspense><Search close={() => setSearching(false)} /></Suspense>}
    </div>
  )
}
