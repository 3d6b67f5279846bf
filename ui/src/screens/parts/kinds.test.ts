import { afterEach, expect, test } from 'vitest'
import { i18n } from '../../kernel/i18n/catalogue'
import { kindText, outcomeText } from './kinds'

afterEach(() => i18n.changeLanguage('zh'))

test('what was filled in was submitted, and a decision says which', async () => {
  expect(['complete', 'approve', 'return'].map(each => kindText('process_decided', each))).toEqual(['提交', '同意', '退回'])
  expect(kindText('process_decided')).toBe('审批决定')
  await i18n.changeLanguage('en')
  expect(kindText('process_decided', 'complete')).toBe('Submitted')
})

test('how an approval ended has a word in both faces', async () => {
  expect(['approved', 'rejected', 'stopped'].map(outcomeText)).toEqual(['已批准', '已拒绝', '已撤回'])
  await i18n.changeLanguage('en')
  expect(['approved', 'rejected', 'stopped'].map(outcomeText)).toEqual(['Approved', 'Refused', 'Taken back'])
})
