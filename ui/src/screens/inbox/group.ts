/** The tasks of a box in the groups a person works by: overdue, today, this week, later, without a deadline. */
import type { Task } from '../../kernel/api/processes'
import { dayIn } from '../../kernel/format/dates'
import { fromNumber, toNumber, weekday } from '../../kernel/expr/dates'

export type GroupName = 'late' | 'today' | 'week' | 'later' | 'open_end'
export const GROUPS: readonly GroupName[] = ['late', 'today', 'week', 'later', 'open_end']

export function groupOf(task: Pick<Task, 'due_at'>, now: Date): GroupName {
  if (!task.due_at) return 'open_end'
  if (Date.parse(task.due_at) < now.getTime()) return 'late'
  const today = dayIn(now.toISOString()), due = dayIn(task.due_at)
  if (due === today) return 'today'
  const sunday = fromNumber(toNumber(today) + 7 - weekday(today)) ?? today
  return due <= sunday ? 'week' : 'later'
}

/** Tasks by group; within a group the order of the server, by deadline, stays. */
export const grouped = (tasks: readonly Task[], now: Date): readonly (readonly [GroupName, readonly Task[]])[] =>
  GROUPS.map(name => [name, tasks.filter(task => groupOf(task, now) === name)] as const).filter(([, list]) => list.length > 0)

/** Whether a task fits what is typed into the search of the box. */
export const fits = (task: Task, typed: string, label: (label: Task['title']) => string): boolean =>
  [task.record_title, label(task.title), label(task.entity_label), task.unit, task.started_by?.name, task.amount]
    .some(text => text?.toLowerCase().includes(typed.trim().toLowerCase()))
