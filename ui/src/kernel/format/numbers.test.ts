import { expect, test } from 'vitest'
import { capital, group, parseFigure, shift, trimmed } from './numbers'

test('Figures are grouped and keep every digit', () => {
  expect(group('12345678901234567.8', 2)).toBe('12,345,678,901,234,567.80')
  expect(group('-1000')).toBe('-1,000')
  expect(group('3301**********0419')).toBe('3301**********0419')
})

test('What a person types becomes decimal text', () => {
  expect(parseFigure('30万')).toBe('300000')
  expect(parseFigure('1.25亿')).toBe('125000000')
  expect(parseFigure(' ¥1,234,567.50 ')).toBe('1234567.5')
  expect(parseFigure('５２０．５')).toBe('520.5')
  expect(parseFigure('.5')).toBe('0.5')
  expect(parseFigure('12a')).toBe(null)
  expect(parseFigure('-')).toBe(null)
})

test('The decimal point moves without rounding', () => {
  expect(shift('0.0435', 2)).toBe('4.35')
  expect(shift('4.35', -2)).toBe('0.0435')
  expect(shift('-12', -4)).toBe('-0.0012')
  expect(shift('300000', -4)).toBe('30')
})

test.each([
  ['520000.00', '伍拾贰万元整'], ['300000', '叁拾万元整'], ['0', '零元整'], ['1005', '壹仟零伍元整'], ['100000.05', '壹拾万元零伍分'],
  ['20010003.10', '贰仟零壹万零叁元壹角'], ['100000005', '壹亿零伍元整'], ['0.5', '伍角'], ['-12.34', '负壹拾贰元叁角肆分'], ['10001000', '壹仟万壹仟元整'],
])('%s in capital words is %s', (amount, words) => {
  expect(capital(amount)).toBe(words)
})

test('zeros behind the last digit say nothing', () => {
  expect(['4.3500', '4.0000', '400', '0.10', '-2.50'].map(trimmed)).toEqual(['4.35', '4', '400', '0.1', '-2.5'])
})
