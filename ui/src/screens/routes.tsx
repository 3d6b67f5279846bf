/** Every address of the workplace; a screen is loaded when it is first visited. */
import type { ComponentType } from 'react'
import { createBrowserRouter } from 'react-router'
import { Unreachable } from '../kernel/api/failure'
import { Crash } from './shell/Crash'
import { Shell } from './shell/Shell'

const screen = (load: () => Promise<{ readonly default: ComponentType }>) => async () => {
  try {
    return { Component: (await load()).default }
  } catch (cause) {
    // The code of a screen comes over the same line as its data.
    throw new Unreachable(cause)
  }
}

export const router = createBrowserRouter([
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: Crash,
    // Nothing has to be drawn before the first screen's code is there; the router asks for this to be said.
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: Crash,
        children: [
          { index: true, lazy: screen(() => import('./shell/Home')) },
          { path: 'login', lazy: screen(() => import('./shell/Home')) },
          { path: 'tasks/:id?', lazy: screen(() => import('./inbox/Inbox')) },
          { path: 'app/:app/list/:list', lazy: screen(() => import('./list/List')) },
          { path: 'app/:app/report/:report', lazy: screen(() => import('./report/Report')) },
          { path: 'app/:app/dashboard/:dashboard', lazy: screen(() => import('./dashboard/Dashboard')) },
          { path: 'app/:app/segments', lazy: screen(() => import('./segments/Segments')) },
          { path: 'app/:app/maintained/:kind?/:name?', lazy: screen(() => import('./maintained/Maintained')) },
          { path: 'app/:app/new/:form', lazy: screen(() => import('./entry/NewEntry')) },
          { path: 'app/:app/edit/:entity/:id', lazy: screen(() => import('./entry/EditEntry')) },
          { path: 'app/:app/imports/:entity/:id?', lazy: screen(() => import('./imports/Imports')) },
          { path: 'app/:app/exports/:entity', lazy: screen(() => import('./exports/Exports')) },
          { path: 'app/:app/duplicates/:entity', lazy: screen(() => import('./duplicates/Duplicates')) },
          { path: 'app/:app/merge/:entity', lazy: screen(() => import('./merge/Merge')) },
          { path: 'app/:app/:entity/:id', lazy: screen(() => import('./record/Record')) },
          { path: 'audit', lazy: screen(() => import('./audit/Audit')) },
          { path: 'admin/people', lazy: screen(() => import('./organisation/People')) },
          { path: 'admin/people/:id', lazy: screen(() => import('./organisation/Person')) },
          { path: 'admin/webhooks/:id?', lazy: screen(() => import('./webhooks/Webhooks')) },
          { path: 'admin/units/:id?', lazy: screen(() => import('./organisation/Units')) },
          { path: 'admin/access', lazy: screen(() => import('./access/Access')) },
          { path: 'admin/approvals', lazy: screen(() => import('./approvals/Running')) },
          { path: 'admin/approval-reports', lazy: screen(() => import('./approvals/Reports')) },
          { path: 'platform', lazy: screen(() => import('./admin/Admin')) },
          { path: 'rates', lazy: screen(() => import('./rates/Rates')) },
          { path: 'proxies', lazy: screen(() => import('./proxies/Proxies')) },
          { path: 'break-glass', lazy: screen(() => import('./emergency/Emergencies')) },
          { path: 'tokens', lazy: screen(() => import('./tokens/Tokens')) },
          { path: '*', lazy: screen(() => import('./shell/Lost')) },
        ],
      },
    ],
  },
])
