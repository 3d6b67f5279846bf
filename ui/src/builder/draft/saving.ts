/** The draft and the server: opened when asked for, saved 0.8 s after the last change, each file under its own checksum. */

import { useEffect } from 'react'
import { useQuery } from '@tanstack/react-query'
import { call, get, path } from '../../kernel/api/client'
import { Refusal, Unreachable } from '../../kernel/api/failure'
import { unsaved, useDraft } from './store'
import type { DraftAnswer, SavedFile } from './types'

const PAUSE = 800

export const draftKey = (app: string) => ['builder', 'draft', app] as const
const draftPath = (app: string) => path('api', 'builder', 'apps', app, 'draft')
const filePath = (app: string, file: string) => `${draftPath(app)}/files/${file.split('/').map(encodeURIComponent).join('/')}`

/** An answer about the draft, and how many files had been saved from here when it was asked for. */
export interface AskedDraft { readonly answer: DraftAnswer, readonly saves: number }

async function askDraft(app: string, signal?: AbortSignal): Promise<AskedDraft> {
  const { saves } = useDraft.getState()
  return { answer: await get<DraftAnswer>(draftPath(app), signal ? { signal } : {}), saves }
}

/**
 * Opens an answer: not over changes that it does not know of, be they unsaved or saved since it was asked for.
 * What is unsaved of another app is saved first. False for an answer that came too late.
 */
export async function openDraft(app: string, { answer, saves }: AskedDraft): Promise<boolean> {
  const before = useDraft.getState()
  if (before.app !== null && before.app !== app && unsaved(before).length) await saveDraft(before.app)
  const now = useDraft.getState()
  if (now.app !== app) now.open(app, answer)
  else if (saves !== now.saves) return false
  else if (!unsaved(now).length) now.open(app, answer)
  return true
}

/** Fetches the draft into the store; `takeTheirs` takes each file that somebody else changed and keeps all other changes. */
export function useOpenDraft(app: string) {
  const isOpen = useDraft(state => state.app === app)
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: draftKey(app),
    queryFn: ({ signal }) => askDraft(app, signal),
    staleTime: 0,
    refetchOnWindowFocus: false,
  })
  useEffect(() => {
    if (!data) return
    void openDraft(app, data).then(isFresh => {
      if (!isFresh && !isFetching) void refetch()
    })
  }, [app, data, isFetching, refetch])
  const takeTheirs = async () => {
    const theirs = await refetch()
    if (theirs.data) useDraft.getState().merge(theirs.data.answer)
  }
  return { ready: isOpen, error: isOpen ? null : error, again: refetch, takeTheirs }
}

/** Saves what changed after a pause, and at once when the page is left; a window with unsaved changes asks before it closes. */
export function useAutosave(app: string) {
  const saving = useDraft(state => state.saving)
  const files = useDraft(state => state.files)
  const isOpen = useDraft(state => state.app === app)
  useEffect(() => {
    // Each change of a text begins the pause anew.
    if (!isOpen || saving !== 'waiting' || !files) return undefined
    const timer = window.setTimeout(() => void saveDraft(app), PAUSE)
    return () => window.clearTimeout(timer)
  }, [app, files, isOpen, saving])
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (unsaved(useDraft.getState()).length) event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => {
      window.removeEventListener('beforeunload', ask)
      const state = useDraft.getState()
      if (state.app === app && state.saving === 'waiting') void saveDraft(app)
    }
  }, [app])
}

let running: Promise<void> | null = null

/** Saves every changed file, one after the other; who asks meanwhile waits for the same. Resolves when the server has them or has refused. */
export function saveDraft(app: string): Promise<void> {
  running ??= saveAll(app).finally(() => {
    running = null
  })
  return running
}

async function saveAll(app: string): Promise<void> {
  const { mark } = useDraft.getState()
  mark('saving')
  try {
    for (let state = useDraft.getState(); state.app === app; state = useDraft.getState()) {
      const [next] = unsaved(state)
      if (!next) break
      const [file, there] = next, text = there?.text ?? null
      const { data } = await call<SavedFile>('PUT', filePath(app, file), { body: { text, checksum: state.stored[file]?.checksum ?? null } })
      if (useDraft.getState().app === app) useDraft.getState().keep(file, text, data)
    }
    if (useDraft.getState().app === app) mark('saved', new Date())
  } catch (error) {
    mark(error instanceof Refusal && error.status === 409 ? 'conflict' : 'failed')
    if (!(error instanceof Refusal || error instanceof Unreachable)) throw error
  }
}
