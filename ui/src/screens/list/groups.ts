/** Where a new group begins among rows that stand group by group, and what it is called. */
import type { ColumnScreen, RecordWire } from '../../kernel/api/types'
import { titlesOf, useShow } from '../../kernel/format/value'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import { words } from './words'

export function useGroups(group: ColumnScreen | null, zone: string): (records: readonly RecordWire[], at: number) => string | null {
  const t = useWords(words), label = useLabel(), show = useShow(zone)
  return (records, at) => {
    const record = records[at], before = records[at - 1]
    if (!group || !record || (before && before[group.path] === record[group.path])) return null
    return `${label(group.label)} · ${show(group, record[group.path], titlesOf(record)[group.path]) || t('no_group')}`
  }
}
