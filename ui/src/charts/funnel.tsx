/** Stages from the widest to the narrowest; several series are added up, since a funnel has one side. */
import { FunnelChart } from 'echarts/charts'
import { use as register } from 'echarts/core'
import { frame, type Chart } from './chart'

export default {
  prepare: () => register([FunnelChart]),
  option: data => ({
    ...frame(data),
    series: [{
      type: 'funnel', name: data.measure, top: 44, bottom: 8, left: '12%', width: '76%', minSize: '6%', label: { color: data.ink, fontFamily: data.font, formatter: ({ name, value }: { name: string, value: unknown }) => `${name} ${typeof value === 'number' ? data.show(value) : '—'}` },
      data: data.categories.map((name, at) => ({ name, value: data.series.reduce((sum, series) => sum + (series.values[at] ?? 0), 0) })),
    }],
  }),
} satisfies Chart
