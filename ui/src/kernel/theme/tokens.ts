/** The one table of colours: both faces of the screens, the CSS variables and the Ant Design theme come from it. */

export type Scheme = 'light' | 'dark'

/** name: [light, dark]. Every text pair has a contrast of at least 4.5; the test beside this file computes it. */
export const COLOURS = {
  'ink': ['#1b2430', '#e6eaf0'],
  'secondary': ['#4a5565', '#a9b4c2'],
  'hint': ['#667080', '#98a4b3'],
  'page': ['#f4f6f8', '#12161c'],
  'card': ['#ffffff', '#1a2028'],
  'head': ['#fafbfc', '#1e252e'],
  'line': ['#e1e5ea', '#2c3440'],
  'line-light': ['#eef1f4', '#242b35'],
  'border': ['#c9d0d8', '#465263'],
  'brand': ['#1f4e9e', '#7aa7e8'],
  'brand-hover': ['#173f82', '#9cc0f2'],
  'brand-tint': ['#eaf1fb', '#1c2f4b'],
  'brand-line': ['#b9cdec', '#3a5a8c'],
  'on-brand': ['#ffffff', '#0e1722'],
  'seal': ['#b3261e', '#f2938a'],
  'seal-tint': ['#fdf0ee', '#3b2120'],
  'seal-line': ['#e5b0ab', '#7a3f3a'],
  'on-seal': ['#ffffff', '#1d0f0e'],
  'ok': ['#1d6b35', '#86cf98'],
  'ok-tint': ['#eaf6ed', '#17301e'],
  'warning': ['#8a5200', '#e5b25c'],
  'warning-tint': ['#fff6e5', '#35290f'],
  'warning-line': ['#e3c27e', '#6e5623'],
  'neutral-tint': ['#eef1f4', '#2a323d'],
  'selected': ['#f2f6fd', '#1b2636'],
  'focus': ['#2a6fd6', '#7fb0f5'],
  'shadow': ['rgb(27 36 48 / 16%)', 'rgb(0 0 0 / 55%)'],
  'entity': ['#1f4e9e', '#7aa7e8'],
  'form': ['#0f766e', '#4fbdb3'],
  'workflow': ['#b3261e', '#f2938a'],
  'rule': ['#a15c00', '#e0a24a'],
  'report': ['#6d3fb2', '#b795ee'],
  'role': ['#2f6f2f', '#7fc27f'],
  'connector': ['#44546a', '#9fb0c7'],
} as const satisfies Record<string, readonly [string, string]>

export type Colour = keyof typeof COLOURS

/** A colour of the table in one face. */
export const colour = (name: Colour, scheme: Scheme): string => COLOURS[name][scheme === 'light' ? 0 : 1]

export const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", system-ui, sans-serif'
export const MONO = 'ui-monospace, "SFMono-Regular", Consolas, "Noto Sans Mono CJK SC", monospace'

/** Write the table into the page as CSS variables. */
export function paint(scheme: Scheme): void {
  const root = document.documentElement
  root.dataset['scheme'] = scheme
  root.style.colorScheme = scheme
  for (const name of Object.keys(COLOURS) as Colour[]) root.style.setProperty(`--${name}`, colour(name, scheme))
}
