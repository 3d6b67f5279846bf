/** Sending a decision; what it changes is asked for again. */
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { post, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { useOnce } from '../../kernel/api/once'
import { keys } from '../../kernel/api/queries'
import type { Decided, TaskDetail } from '../../kernel/api/processes'
import type { Chosen } from '../parts/ChoosePeople'
import type { Wire } from '../../kernel/api/types'

export interface Decision {
  readonly name: string
  readonly opinion: string
  readonly to?: string | undefined
  readonly fields?: Readonly<Record<string, Wire>> | undefined
  /** The password again, where the step asks for a signature. */
  readonly password?: string | undefined
  /** Whom the person chooses for later steps. */
  readonly choose?: Chosen | undefined
}

/** Decisions end the task for this person; claiming and releasing only say who works on it, a copy that was read stays. */
export const ends = (decision: string): boolean => decision !== 'claim' && decision !== 'release' && decision !== 'read'

/** What an act with a task changes is asked for again. */
function refresh(client: QueryClient, id: string): void {
  for (const key of [['tasks'], keys.me, keys.task(id), ['list'], ['count'], ['related'], ['record'], ['process'], ['history']]) void client.invalidateQueries({ queryKey: key })
}

/** An act with a task beside deciding it: whom, which seat or request, and why. */
export interface Act {
  readonly name: string
  readonly opinion?: string
  readonly people?: readonly string[]
  readonly seat?: number
  readonly request?: number
  readonly wait?: boolean
}

export function useAct(task: TaskDetail, done: (act: Act) => void) {
  const client = useQueryClient(), once = useOnce()
  return useMutation({
    mutationFn: ({ name, ...body }: Act) => once([task.id, name, body], key => post<Decided>(path('api', 'tasks', task.id, name), { body, key })),
    onSuccess: (_, act) => {
      refresh(client, task.id)
      done(act)
    },
  })
}

/** 催办: the starter reminds whoever the approval waits for. */
export function useUrge(task: TaskDetail, done: () => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => post<unknown>(path('api', task.app, task.entity, task.record_id, 'process', 'urge')),
    onSuccess: () => {
      refresh(client, task.id)
      done()
    },
  })
}

export interface BatchOutcome { readonly id: string, readonly done: boolean, readonly status: number, readonly code: string | null, readonly detail: string | null }

/** One decision for many tasks; each has an outcome of its own. */
export function useBatch(done: (outcomes: readonly BatchOutcome[]) => void) {
  const client = useQueryClient(), once = useOnce()
  return useMutation({
    mutationFn: ({ decision, opinion, ids }: { readonly decision: string, readonly opinion: string, readonly ids: readonly string[] }) => {
      const body = { decision, ...(opinion ? { opinion } : {}), items: ids.map(id => ({ id })) }
      return once(body, key => post<{ readonly items: readonly BatchOutcome[] }>('/api/tasks/batch', { body, key }))
    },
    onSuccess: answer => {
      for (const key of [['tasks'], ['task'], keys.me, ['list'], ['count'], ['related'], ['record'], ['process'], ['history']]) void client.invalidateQueries({ queryKey: key })
      done(answer.items)
    },
  })
}

export function useDecide(task: TaskDetail, done: (decided: Decided, decision: Decision) => void) {
  const client = useQueryClient(), once = useOnce()
  return useMutation({
    mutationFn: ({ name, opinion, to, fields, password, choose }: Decision) => {
      const body = { ...(opinion ? { opinion } : {}), ...(to ? { to } : {}), ...(fields ? { fields } : {}), ...(password ? { password } : {}), ...(choose && Object.keys(choose).length > 0 ? { choose } : {}), ...(ends(name) ? { version: task.record.version } : {}) }
      return once([task.id, name, body], key => post<Decided>(path('api', 'tasks', task.id, name), { body, key }))
    },
    onSuccess: (decided, decision) => {
      refresh(client, task.id)
      done(decided, decision)
    },
    onError: error => {
      // Somebody else was faster: the task says who and when, in place of the buttons.
      if (!(error instanceof Refusal) || error.status !== 409) return
      void client.invalidateQueries({ queryKey: keys.task(task.id) })
      void client.invalidateQueries({ queryKey: ['tasks'] })
    },
  })
}
