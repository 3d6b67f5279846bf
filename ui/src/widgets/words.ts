import { catalogue } from '../kernel/i18n/catalogue'

export const words = catalogue('widgets', {
  count: ['{{count}} / {{max}}', '{{count}} / {{max}}'],
  yuan: ['元', 'CNY'],
  wan: ['万元', 'CNY 10,000'],
  unit: ['单位，点击换', 'unit, click to change'],
  day_form: ['年月日 8 位数字', 'YYYYMMDD'],
  instant_form: ['年月日时分 12 位数字', 'YYYYMMDDHHMM'],
  calendar: ['打开日历', 'Open the calendar'],
  choose: ['请选择', 'Choose'],
  unset: ['未填', 'Not set'],
  search: ['输入名称或编号查找', 'Type a name or number'],
  searching: ['正在查找', 'Searching'],
  no_match: ['没有匹配的记录', 'No match'],
  search_failed: ['查找没有成功，再输入一次重试', 'The search failed; type again to retry'],
  add_row: ['加一行', 'Add a row'],
  remove_row: ['删除第 {{row}} 行', 'Remove row {{row}}'],
  row: ['第 {{row}} 行', 'Row {{row}}'],
  total: ['合计 {{count}} 项', 'Total of {{count}} row', 'Total of {{count}} rows'],
  no_rows: ['还没有明细', 'No rows yet'],
  masked: ['现为 {{value}}，不改请留空', 'Now {{value}}; leave empty to keep it'],
})
