/** What stands around every screen of the workplace and of the builder: theme, cache, language, session. */
import { QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import en from 'antd/locale/en_US'
import zh from 'antd/locale/zh_CN'
import { StrictMode, useLayoutEffect, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { openDoor } from './api/client'
import { browserLocale, currentLocale, showLocale, useLocale } from './i18n/locale'
import { csp } from './nonce'
import { makeQueryClient } from './query'
import { Gate } from './session/Gate'
import { LoginDialog } from './session/LoginDialog'
import { signInAgain } from './session/store'
import { THEMES } from './theme/antd'
import { paintNow, useScheme } from './theme/scheme'
import { paint } from './theme/tokens'
import './theme/base.css'
import './theme/session.css'

const LOCALES = { zh, en }
const button = { autoInsertSpace: false }
const client = makeQueryClient()

function Root({ children }: { readonly children: ReactNode }) {
  const locale = useLocale(), scheme = useScheme()
  useLayoutEffect(() => paint(scheme), [scheme])
  return (
    <ConfigProvider csp={csp} theme={THEMES[scheme]} locale={LOCALES[locale]} button={button}>
      <QueryClientProvider client={client}>
        <AntApp component={false}>
          <Gate>{children}</Gate>
          <LoginDialog />
        </AntApp>
      </QueryClientProvider>
    </ConfigProvider>
  )
}

const RELOADED = 'qiqiao.reloaded'
const AGAIN_AFTER = 10_000

/** A newer version of the screens was put in place while this page was open: its parts are gone, so the page starts anew, once. */
async function reloadAfterUpdate(): Promise<void> {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0)
  if (Date.now() - last < AGAIN_AFTER) return
  try {
    // Without a server this is no update, and a reload would leave nothing on the screen.
    if (!(await fetch('/health/live')).ok) return
  } catch {
    return
  }
  sessionStorage.setItem(RELOADED, String(Date.now()))
  location.reload()
}

/** Draw a workplace into the page. */
export function start(workplace: ReactNode): void {
  const place = document.getElementById('root')
  if (!place) throw new Error('The page has no element #root.')
  addEventListener('vite:preloadError', () => void reloadAfterUpdate())
  paintNow()
  showLocale(browserLocale())
  openDoor({ signInAgain, locale: currentLocale })
  createRoot(place).render(<StrictMode><Root>{workplace}</Root></StrictMode>)
}
