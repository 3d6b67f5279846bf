/** Lines over ordered groups, such as months. */
import { LineChart } from 'echarts/charts'
import { use as register } from 'echarts/core'
import { axes, frame, type Chart } from './chart'

export default {
  prepare: () => register([LineChart]),
  option: data => ({
    ...frame(data), ...axes(data),
    series: data.series.map(({ name, values }, at) => ({ type: 'line', name, data: [...values], symbolSize: 7, symbol: ['circle', 'rect', 'triangle', 'diamond'][at % 4], lineStyle: { type: (['solid', 'dashed', 'dotted'] as const)[at % 3] } })),
  }),
} satisfies Chart
