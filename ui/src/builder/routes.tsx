/** Every address of the builder, below /builder; a screen is loaded when it is first visited. */
import type { ComponentType } from 'react'
import { createBrowserRouter } from 'react-router'
import { Crash } from '../screens/shell/Crash'
import { BuilderShell } from './shell/BuilderShell'

const screen = (load: () => Promise<{ readonly default: ComponentType }>) => async () => ({ Component: (await load()).default })

export const router = createBrowserRouter(
  [
    {
      path: '/',
      Component: BuilderShell,
      ErrorBoundary: Crash,
      HydrateFallback: () => null,
      children: [
        {
          ErrorBoundary: Crash,
          children: [
            { index: true, lazy: screen(() => import('./home/Start')) },
            { path: 'reviews', lazy: screen(() => import('./publish/Reviews')) },
            { path: 'reviews/:id', lazy: screen(() => import('./publish/ReviewPage')) },
            { path: 'promotions', lazy: screen(() => import('./publish/Promotions')) },
            { path: ':app', lazy: screen(() => import('./home/AppHome')) },
            { path: ':app/kind/:kind', lazy: screen(() => import('./home/KindPage')) },
            { path: ':app/form/:form', lazy: screen(() => import('./form/FormDesigner')) },
            { path: ':app/workflow/:workflow', lazy: screen(() => import('./workflow/WorkflowDesigner')) },
            { path: ':app/entity/:entity', lazy: screen(() => import('./entity/EntityDesigner')) },
            { path: ':app/file/*', lazy: screen(() => import('./source/FilePage')) },
            { path: ':app/publish', lazy: screen(() => import('./publish/PublishPage')) },
            { path: ':app/releases', lazy: screen(() => import('./publish/Releases')) },
            { path: '*', lazy: screen(() => import('../screens/shell/Lost')) },
          ],
        },
      ],
    },
  ],
  { basename: '/builder' },
)
