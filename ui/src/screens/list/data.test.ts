import { expect, test } from 'vitest'
import type { ColumnScreen } from '../../kernel/api/types'
import { betweenDays, overlapping } from './data'

const column = (path: string, type: string): ColumnScreen => ({ path, label: {}, type, widget: type, options: {}, sortable: true, masked: false })

test('The records of a month are asked for by their days, an instant by its day in the zone of the app', () => {
  expect(betweenDays(column('begin', 'date'), '2026-11-01', '2026-11-30')).toBe('begin >= date(2026, 11, 1) and begin <= date(2026, 11, 30)')
  expect(betweenDays(column('at', 'datetime'), '2026-02-01', '2026-02-28')).toBe('date_of(at) >= date(2026, 2, 1) and date_of(at) <= date(2026, 2, 28)')
})

test('What has no last day is still under way', () => {
  expect(overlapping(column('begin', 'date'), column('end', 'date'), '2026-10-01', '2026-12-31')).toBe('begin <= date(2026, 12, 31) and (is_missing(end) or end >= date(2026, 10, 1))')
})
