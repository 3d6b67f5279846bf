import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('report', {
  rights: ['按你的权限', 'within your rights'],
  as_of: ['截至 {{time}}', 'as of {{time}}'],
  chart: ['图', 'Chart'],
  table: ['表', 'Table'],
  table_way: ['表的样式', 'Form of the table'],
  as_pivot: ['透视', 'Pivot'],
  as_rows: ['逐行', 'Rows'],
  chart_of: ['{{measure}}，按{{group}}', '{{measure}} by {{group}}'],
  table_of: ['{{label}}，{{count}} 行', '{{label}}, {{count}} row', '{{label}}, {{count}} rows'],
  parameters: ['参数', 'Parameters'],
  run: ['重新统计', 'Run'],
  refresh: ['刷新', 'Refresh'],
  none: ['你的权限内没有数据', 'There are no data within your rights'],
  no_chart: ['这种图（{{kind}}）画不了，数字见下表。', 'This kind of chart ({{kind}}) cannot be drawn; the figures are in the table.'],
  nothing_unset: ['未填', 'not set'], nothing_hidden: ['不可见', 'not visible'], nothing_either: ['未填或不可见', 'not set or not visible'],
  drill: ['，打开明细', ', open the records'],
  drill_hint: ['点数字看明细', 'A figure opens its records'],
  gone: ['没有这个报表', 'There is no such report'],
  gone_text: ['报表“{{name}}”不在应用里，或不在你的权限内。', 'The report “{{name}}” is not in the app, or outside your rights.'],
})
