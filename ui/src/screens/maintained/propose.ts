/** Proposing and deciding a change; what the server finds is told at its cell. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { path, post } from '../../kernel/api/client'
import { Refusal } from '../../kernel/api/failure'
import { keyOf, type Kind } from './types'

export function usePropose(app: string, kind: Kind, name: string) {
  const client = useQueryClient()
  const propose = useMutation({
    mutationFn: (body: object) => post<{ id: string }>(path('api', app, 'maintained', kind, name, 'changes'), { body }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keyOf(app) }),
  })
  const faults = propose.error instanceof Refusal ? propose.error.faults : []
  /** What is wrong at a place or below it. */
  const faultAt = (pointer: string) => faults.filter(fault => fault.pointer === pointer || fault.pointer?.startsWith(`${pointer}/`)).map(fault => fault.message).join(' ')
  return { propose, faults, faultAt }
}

export function useDecide(app: string, id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ word, note }: { readonly word: string, readonly note: string }) => post(path('api', app, 'maintained', 'changes', id, word), { body: note ? { note } : {} }),
    // Also when somebody else was quicker: the page then shows who.
    onSettled: () => void Promise.all([client.invalidateQueries({ queryKey: keyOf(app) }), client.invalidateQueries({ queryKey: ['screens'] })]),
  })
}
