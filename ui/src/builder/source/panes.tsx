/** The source panes as the designers open them: loaded on first use, since the editor is heavier than a designer. */
import { Suspense, lazy } from 'react'

interface PaneProps { readonly app: string, readonly file: string }

const Source = lazy(async () => ({ default: (await import('./SourcePane')).SourcePane }))
const Compare = lazy(async () => ({ default: (await import('./ComparePane')).ComparePane }))

export const SourcePane = (props: PaneProps) => <Suspense fallback={<div aria-busy="true" />}><Source {...props} /></Suspense>
export const ComparePane = (props: PaneProps) => <Suspense fallback={<div aria-busy="true" />}><Compare {...props} /></Suspense>
