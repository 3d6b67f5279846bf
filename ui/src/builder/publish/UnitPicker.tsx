/** The units in which a release is tried first, chosen from the whole organisation: a tree, searched by name or code, walked by arrows. */
import { Select } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { get } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { pagesOf, treeOptions, type ListedUnit, type UnitPage } from './unit_tree'
import { words } from './words'

interface Props {
  readonly id: string
  readonly units: readonly string[]
  readonly choose: (codes: readonly string[]) => void
}

const page = (signal: AbortSignal) => (cursor: string | null) =>
  get<UnitPage>('/api/org/branch', { signal, query: { select: 'code,name,path', order: 'path', limit: 200, cursor } })

export function UnitPicker({ id, units, choose }: Props) {
  const t = useWords(words)
  const all = useQuery<readonly ListedUnit[]>({ queryKey: ['org', 'branch', 'all'], queryFn: ({ signal }) => pagesOf(page(signal)), staleTime: 60_000 })
  return (
    <Select
      // In a dialog the list must be of the dialog, for the page behind it is inert.
      getPopupContainer={node => node.parentElement ?? document.body}
      id={id} mode="multiple" className="units" value={[...units]} onChange={(codes: string[]) => choose(codes)} loading={all.isPending} placeholder={t('choose_units')}
      showSearch={{ optionFilterProp: 'find' }} options={[...treeOptions(all.data ?? [])]} labelRender={({ label }) => String(label ?? '').trim()}
      notFoundContent={all.error ? t('units_failed') : undefined}
    />
  )
}
