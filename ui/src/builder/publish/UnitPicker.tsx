/** The units in which a release is tried first, chosen from the organisation by name or code. */
import { Select } from 'antd'
import { useQuery } from '@tanstack/react-query'
import { get } from '../../kernel/api/client'
import { useWords } from '../../kernel/i18n/catalogue'
import { words } from './words'

interface Unit { readonly id: string, readonly code: string, readonly name: string }

interface Props {
  readonly id: string
  readonly units: readonly string[]
  readonly choose: (codes: readonly string[]) => void
}

export function UnitPicker({ id, units, choose }: Props) {
  const t = useWords(words)
  const all = useQuery({ queryKey: ['org', 'branch'], queryFn: ({ signal }) => get<{ items: readonly Unit[] }>('/api/org/branch?select=code,name&order=code&limit=200', { signal }) })
  return (
    <Select
      // In a dialog the list must be of the dialog, for the page behind it is inert.
      getPopupContainer={node => node.parentElement ?? document.body}
      id={id} mode="multiple" className="units" value={[...units]} onChange={(codes: string[]) => choose(codes)} loading={all.isPending} placeholder={t('choose_units')}
      showSearch={{ optionFilterProp: 'label' }} options={all.data?.items.map(unit => ({ value: unit.code, label: `${unit.name} ${unit.code}` })) ?? []}
    />
  )
}
