/** One chart on a canvas: one tab stop with its content in words, drawn again when size, face or data change. */
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use as register, type EChartsType } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef, useState } from 'react'
import { CHARTS } from '../../charts'
import type { Chart } from '../../charts/chart'
import { group } from '../../kernel/format/numbers'
import { useScheme } from '../../kernel/theme/scheme'
import { FONT, colour, type Colour } from '../../kernel/theme/tokens'
import type { Drawing } from './shape'

register([CanvasRenderer, GridComponent, LegendComponent, TooltipComponent, AriaComponent])

const COLOURS: readonly Colour[] = ['entity', 'rule', 'form', 'report', 'role', 'workflow', 'connector']

/** Large figures in the shortest words: 12,500,000 reads 1250 万, or 12.5M. */
function shortFigure(value: number, zh: boolean): string {
  const size = Math.abs(value)
  const units = zh ? [[1e8, ' 亿'], [1e4, ' 万']] as const : [[1e9, 'B'], [1e6, 'M'], [1e3, 'K']] as const
  const unit = units.find(([limit]) => size >= limit)
  return unit ? `${group(String(Math.round((value / unit[0]) * 100) / 100))}${unit[1]}` : group(String(Math.round(value * 100) / 100))
}

interface ChartViewProps { readonly kind: string, readonly drawing: Drawing, readonly measure: string, readonly title: string, readonly zh: boolean }

export default function ChartView({ kind, drawing, measure, title, zh }: ChartViewProps) {
  const place = useRef<HTMLDivElement>(null), drawn = useRef<EChartsType>(null)
  const [chart, setChart] = useState<Chart | null>(null)
  const scheme = useScheme()
  useEffect(() => {
    let wanted = true
    void CHARTS.get(kind)?.().then(loaded => {
      loaded.prepare()
      if (wanted) setChart(loaded)
    })
    return () => { wanted = false }
  }, [kind])
  useEffect(() => {
    if (!place.current || !chart) return
    const instance = init(place.current, null, { renderer: 'canvas' })
    drawn.current = instance
    const watch = new ResizeObserver(() => instance.resize())
    watch.observe(place.current)
    return () => {
      watch.disconnect()
      instance.dispose()
    }
  }, [chart])
  useEffect(() => {
    if (!chart) return
    const option = chart.option({
      categories: drawing.categories, series: drawing.series.map(each => ({ ...each, name: each.name || measure })), measure,
      show: value => shortFigure(value, zh), colours: COLOURS.map(name => colour(name, scheme)), ink: colour('secondary', scheme), line: colour('line', scheme), font: FONT,
    })
    drawn.current?.setOption({ ...option, aria: { enabled: true, decal: { show: true }, label: { description: title } } }, true)
  }, [chart, drawing, measure, title, zh, scheme])
  return <div ref={place} className="chart" role="img" aria-label={title} />
}
