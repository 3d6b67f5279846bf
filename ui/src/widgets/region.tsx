/** A division of China, chosen from province to city to county. */
import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { belowOf, pathOf, readRegions, stepsOf, type Regions } from '../kernel/format/regions'
import { textOf } from '../kernel/format/value'
import { useWords } from '../kernel/i18n/catalogue'
import { fits } from './choice'
import type { InputProps, ShowProps, Widget } from './widget'
import { words } from './words'

/** The list is loaded by the first field that needs it. */
function useRegions(): Regions | undefined {
  return useQuery({
    queryKey: ['regions'],
    queryFn: async () => readRegions((await import('../../../forms_dsl/fieldtypes/regions.csv?raw')).default),
    staleTime: Infinity,
  }).data
}

const STEPS = ['province', 'city', 'county'] as const

function RegionInput({ id, value, change, blur, invalid, describedBy, required }: InputProps) {
  const t = useWords(words), regions = useRegions()
  const chosen = value === null ? [] : stepsOf(String(value))
  return (
    <div className="regions">
      {STEPS.map((step, at) => {
        const above = at === 0 ? null : chosen[at - 1], codes = regions && above !== undefined ? belowOf(regions, above) : []
        if (at > 0 && codes.length === 0) return null
        return (
          <Select
            key={step} id={at === 0 ? id : `${id}-${step}`} value={chosen[at]} placeholder={t(step)} allowClear={!required || at > 0} loading={!regions}
            options={codes.map(code => ({ value: code, label: regions?.get(code) ?? code }))} showSearch={{ filterOption: fits }} status={invalid ? 'error' : ''}
            aria-invalid={invalid} aria-describedby={describedBy} aria-required={required} aria-label={t(step)}
            onChange={(code: string | undefined) => change(code ?? above ?? null)} onBlur={blur}
          />
        )
      })}
    </div>
  )
}

function RegionShow({ value }: ShowProps) {
  const regions = useRegions(), code = textOf(value)
  return <>{regions ? pathOf(regions, code) : code}</>
}

export default { Input: RegionInput, Show: RegionShow } satisfies Widget
