import { catalogue } from '../../kernel/i18n/catalogue'

export const words = catalogue('rates', {
  title: ['汇率', 'Exchange rates'],
  note: ['一单位币种折合多少本位币；从生效日起使用，直到下一条', 'What one unit of a currency is worth in the base currency, from a day on until the next one'],
  enter: ['录入一条汇率', 'Enter a rate'],
  currency: ['币种', 'Currency'],
  base: ['本位币', 'Base currency'],
  valid_from: ['生效日', 'Valid from'],
  rate: ['汇率', 'Rate'],
  source: ['来源', 'Source'],
  set_at: ['录入时间', 'Entered'],
  save: ['录入', 'Enter'],
  file: ['从文件导入', 'Import a file'],
  file_text: ['CSV 文件，首行写列名：币种,本位币,生效日,汇率,来源。有一行不对，整个文件都不录入。', 'A CSV file whose first row says currency,base,valid_from,rate,source. When one row is wrong nothing of the file is entered.'],
  choose_file: ['选择 CSV 文件', 'Choose a CSV file'],
  entered: ['新增 {{created}} 条，更改 {{changed}} 条，未变 {{unchanged}} 条', '{{created}} new, {{changed}} changed, {{unchanged}} unchanged'],
  list: ['已有的汇率', 'Rates'],
  only: ['只看币种', 'Only this currency'],
  none: ['没有汇率', 'There are no rates'],
  more: ['更早的', 'Older ones'],
  row: ['第 {{row}} 行', 'Row {{row}}'],
})
