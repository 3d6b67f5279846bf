/** Sending a decision; what it changes is asked for again. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { post, path } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { useOnce } from '../../kernel/api/once'
import { keys } from '../../kernel/api/queries'
import type { Decided, TaskDetail, Wire } from '../../kernel/api/types'

export interface Decision {
  readonly name: string
  readonly opinion: string
  readonly to?: string | undefined
  readonly fields?: Readonly<Record<string, Wire>> | undefined
}

/** Decisions end the task for this person; claiming and releasing only say who works on it. */
export const ends = (decision: string): boolean => decision !== 'claim' && decision !== 'release'

export function useDecide(task: TaskDetail, done: (decided: Decided, decision: Decision) => void) {
  const client = useQueryClient(), once = useOnce()
  return useMutation({
    mutationFn: ({ name, opinion, to, fields }: Decision) => {
      const body = { ...(opinion ? { opinion } : {}), ...(to ? { to } : {}), ...(fields ? { fields } : {}), ...(ends(name) ? { version: task.record.version } : {}) }
      return once([task.id, name, body], key => post<Decided>(path('api', 'tasks', task.id, name), { body, key }))
    },
    onSuccess: (decided, decision) => {
      void client.invalidateQueries({ queryKey: ['tasks'] })
      void client.invalidateQueries({ queryKey: keys.me })
      void client.invalidateQueries({ queryKey: keys.task(task.id) })
      for (const name of ['list', 'count', 'related', 'record', 'process', 'history']) void client.invalidateQueries({ queryKey: [name] })
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
