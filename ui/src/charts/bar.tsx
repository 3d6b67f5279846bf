/** Bars, stacked when there are several series. */
import { BarChart } from 'echarts/charts'
import { use as register } from 'echarts/core'
import { axes, frame, type Chart } from './chart'

export default {
  prepare: () => register([BarChart]),
  option: data => ({
    ...frame(data), ...axes(data),
    series: data.series.map(({ name, values }) => ({ type: 'bar', name, data: [...values], stack: data.series.length > 1 ? 'all' : undefined, barMaxWidth: 40 })),
  }),
} satisfies Chart
