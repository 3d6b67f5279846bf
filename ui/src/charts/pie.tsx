/** Shares of a whole; several series are added up, since a pie has one ring. */
import { PieChart } from 'echarts/charts'
import { use as register } from 'echarts/core'
import { frame, type Chart } from './chart'

export default {
  prepare: () => register([PieChart]),
  option: data => ({
    ...frame(data),
    series: [{
      type: 'pie', name: data.measure, radius: ['38%', '68%'], center: ['50%', '56%'], label: { color: data.ink, fontFamily: data.font, formatter: '{b} {d}%' },
      data: data.categories.map((name, at) => ({ name, value: data.series.reduce((sum, series) => sum + (series.values[at] ?? 0), 0) })),
    }],
  }),
} satisfies Chart
