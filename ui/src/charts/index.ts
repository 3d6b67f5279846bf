/** The charts by name; each is loaded when a report first needs it. */
import type { Chart } from './chart'

const modules = import.meta.glob<{ readonly default: Chart }>('./[a-z]*.tsx')

/** The kinds of chart that can be drawn. */
export const CHARTS: ReadonlyMap<string, () => Promise<Chart>> = new Map(
  Object.entries(modules).map(([file, load]) => [file.replace(/^\.\/|\.tsx$/g, ''), async () => (await load()).default]),
)
