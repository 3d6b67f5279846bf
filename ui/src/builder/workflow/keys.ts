/** The order of keys in a workflow's file, its own and those of its steps: a new key stands behind the last that precedes it. */
export const KEYS = [
  'workflow', 'id', 'for', 'fill', 'approve', 'vote', 'call', 'copy', 'wait', 'sub_flow', 'if', 'else', 'name', 'title',
  'start', 'calendar', 'authority', 'controls', 'choose', 'together', 'any_of', 'when', 'by', 'in', 'rule', 'may', 'form', 'fields', 'set', 'run', 'connector', 'send', 'save', 'retry', 'undo', 'unknown_result', 'on_error',
  'on_reject', 'allow', 'opinion', 'limit', 'signature', 'open_for', 'until', 'event', 'match', 'record', 'each', 'where', 'detached', 'due', 'always_ask', 'steps', 'otherwise',
  'four_eyes', 'repeat_approver', 'return', 'recall', 'take_back', 'proxy', 'no_approver', 'starter_is_approver', 'on_finish', 'examples', 'deprecated', 'sealed', 'note', 'meta',
] as const
