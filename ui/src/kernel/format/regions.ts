/** Administrative divisions of China by their codes (GB/T 2260): province 110000, city 110100, county 110101. */

export type Regions = ReadonlyMap<string, string>

/** The divisions of a text of lines `code,name`, its first line left out. */
export const readRegions = (text: string): Regions =>
  new Map(text.trim().split('\n').slice(1).map(line => { const [code = '', name = ''] = line.trim().split(','); return [code, name] as const }))

/** Divisions of statistics that say nothing to a reader. */
const NAMELESS = new Set(['市辖区', '县', '省直辖县级行政区划', '自治区直辖县级行政区划'])

/** Codes from the province to the code itself. */
export const stepsOf = (code: string): readonly string[] => [...new Set([`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`, code])]

/** The names from province to county; a code that is not known is shown as it is. */
export const pathOf = (regions: Regions, code: string): string =>
  regions.has(code) ? stepsOf(code).map(step => regions.get(step) ?? '').filter(name => name && !NAMELESS.has(name)).join(' ') : code

/** The codes one step below a code; without one, the provinces. */
export function belowOf(regions: Regions, code: string | null): readonly string[] {
  const codes = [...regions.keys()]
  if (code === null) return codes.filter(each => each.endsWith('0000'))
  if (code.endsWith('0000')) return codes.filter(each => each.startsWith(code.slice(0, 2)) && each.endsWith('00') && each !== code)
  return code.endsWith('00') ? codes.filter(each => each.startsWith(code.slice(0, 4)) && each !== code) : []
}
