import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('duplicates', {
  title: ['可能重复', 'Possible duplicates'],
  of: ['{{label}}：可能重复', '{{label}}: possible duplicates'],
  agree: ['{{fields}}相同：', 'Same {{fields}}:'],
  blocked: ['已有{{fields}}相同的记录，不能重复登记：', 'There is a record with the same {{fields}} already:'],
  hidden: ['另有 {{count}} 条您无权查看的记录', '{{count}} record that is not yours to see', '{{count}} records that are not yours to see'],
  one_hidden: ['一条您无权查看的记录', 'a record that is not yours to see'],
  reason: ['不是同一个？请写明理由', 'Not the same? Say why'],
  reason_hint: ['保存后与记录一起留存；不写则作为待处理的重复保留', 'Kept with the record when it is saved; without one the pair stays open'],
  dismiss: ['确认并非重复', 'Not a duplicate'],
  dismissed: ['{{name}}：并非重复（{{reason}}）', '{{name}}: not a duplicate ({{reason}})'],
  merge: ['合并…', 'Merge…'],
  none: ['没有待处理的重复', 'No open pairs'],
  found: ['发现于 {{at}}', 'found {{at}}'],
  more: ['更多', 'More'],
})
