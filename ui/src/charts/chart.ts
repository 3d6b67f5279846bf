/** What a chart is: the same rows as the table beside it, drawn; one module a kind, by its name in the language. */
import type { EChartsCoreOption } from 'echarts/core'

export interface Series { readonly name: string, readonly values: readonly (number | null)[] }

/** Figures for drawing only: a picture has no more digits than pixels, the table beside it has them all. */
export interface ChartData {
  readonly categories: readonly string[]
  readonly series: readonly Series[]
  /** What the figures are. */
  readonly measure: string
  readonly show: (value: number) => string
  readonly colours: readonly string[]
  readonly ink: string
  readonly line: string
  readonly font: string
}

export interface Chart {
  /** Registers the parts of the drawing library that this kind needs. */
  readonly prepare: () => void
  readonly option: (data: ChartData) => EChartsCoreOption
}

/** What all kinds with axes share. */
export const axes = ({ categories, ink, line, font, show }: ChartData): EChartsCoreOption => ({
  grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
  xAxis: { type: 'category', data: categories, axisLabel: { color: ink, fontFamily: font, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
  yAxis: { type: 'value', axisLabel: { color: ink, fontFamily: font, formatter: show }, splitLine: { lineStyle: { color: line } } },
})

/** The frame of every kind: no animation, patterns beside colours, a tooltip that needs no HTML. */
export const frame = ({ colours, ink, font, show }: ChartData): EChartsCoreOption => ({
  animation: false,
  color: [...colours],
  textStyle: { fontFamily: font, color: ink },
  aria: { enabled: true, decal: { show: true } },
  legend: { top: 0, left: 0, textStyle: { color: ink, fontFamily: font }, itemWidth: 14, itemHeight: 10 },
  // Drawn on the canvas: an HTML tooltip would carry inline styles, which the content policy refuses.
  tooltip: { trigger: 'item', renderMode: 'richText', valueFormatter: (value: unknown) => (typeof value === 'number' ? show(value) : '—') },
})
