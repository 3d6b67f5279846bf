import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('dashboard', {
  rights: ['按你的权限', 'within your rights'],
  gone: ['没有这个仪表盘', 'There is no such dashboard'],
  gone_text: ['仪表盘“{{name}}”不在应用里，或不在你的权限内。', 'The dashboard “{{name}}” is not in the app, or outside your rights.'],
  refresh: ['全部刷新', 'Refresh all'],
  as_of: ['截至 {{time}}', 'as of {{time}}'],
  open: ['打开', 'Open'],
  open_of: ['打开“{{label}}”', 'Open {{label}}'],
  none: ['你的权限内没有数据', 'There are no data within your rights'],
  nothing: ['未填', 'not set'],
  target: ['目标 {{bound}}，已达 {{share}}%', 'target {{bound}}, {{share}}% reached'],
  limit: ['上限 {{bound}}，已用 {{share}}%', 'limit {{bound}}, {{share}}% used'],
  over: ['已超出', 'exceeded'],
  definition: ['口径', 'Definition'],
  owner: ['负责：{{owner}}', 'Owner: {{owner}}'],
  table: ['数字', 'Figures'],
})
