/** The draft and the server: opened once, saved 0.8 s after the last change, each file under its own checksum. */

import { useEffect, useRef } from 'react'
import { useQuery } from '@tanstack/react-query'
import { call, get, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { unsaved, useDraft, type DraftState } from './store'
import type { Diagnostic, DraftAnswer } from './types'

const PAUSE = 800

export const draftKey = (app: string) => ['builder', 'draft', app] as const
const draftPath = (app: string) => path('api', 'builder', 'apps', app, 'draft')
const filePath = (app: string, file: string) => `${draftPath(app)}/files/${file.split('/').map(encodeURIComponent).join('/')}`

/** Fetches the draft into the store, unless it is the open one with changes that are not saved. */
export function useOpenDraft(app: string) {
  const open = useDraft(state => state.open)
  const isOpen = useDraft(state => state.app === app)
  const query = useQuery({
    queryKey: draftKey(app),
    queryFn: ({ signal }) => get<DraftAnswer>(draftPath(app), { signal }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  })
  const data = query.data
  useEffect(() => {
    const state = useDraft.getState()
    if (data && !(state.app === app && unsaved(state).length)) open(app, data)
  }, [app, data, open])
  return { ready: isOpen, error: query.error, again: query.refetch }
}

/** Saves what changed after a pause; one request at a time, in the order of the files. */
export function useAutosave(app: string) {
  const saving = useDraft(state => state.saving)
  const files = useDraft(state => state.files)
  const isOpen = useDraft(state => state.app === app)
  const running = useRef(false)
  useEffect(() => {
    // Each change of a text begins the pause anew.
    if (!isOpen || saving !== 'waiting' || !files) return undefined
    const timer = window.setTimeout(() => {
      if (!running.current) {
        running.current = true
        void saveDraft(app).finally(() => {
          running.current = false
        })
      }
    }, PAUSE)
    return () => window.clearTimeout(timer)
  }, [app, files, isOpen, saving])
}

/** Saves every changed file now; resolves when the server has them or has refused. */
export async function saveDraft(app: string): Promise<void> {
  const { mark } = useDraft.getState()
  mark('saving')
  try {
    for (let waiting = unsaved(useDraft.getState()); waiting.length; waiting = unsaved(useDraft.getState())) {
      const [file, { text }] = waiting[0]!
      const stored = useDraft.getState().stored
      const answer = await call<{ checksum: string, draft_checksum?: string, diagnostics: readonly Diagnostic[] }>('PUT', filePath(app, file), {
        body: { text, checksum: stored[file]?.checksum ?? null },
      })
      const after: DraftState['stored'] = { ...useDraft.getState().stored, [file]: { text, checksum: answer.data.checksum } }
      mark('saving', after)
      useDraft.getState().report(answer.data.diagnostics)
    }
    mark('saved', undefined, new Date())
  } catch (error) {
    mark(error instanceof Refusal && error.status === 409 ? 'conflict' : 'failed')
    if (!(error instanceof Refusal)) throw error
  }
}
