/** The few line drawings of the navigation; each stands beside its word, or names the entry when collapsed. */
import type { Icon as Name } from './menu'

const DRAWINGS: Readonly<Record<Name, string>> = {
  admin: 'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z M8 2v2 M8 12v2 M2 8h2 M12 8h2 M3.8 3.8l1.4 1.4 M10.8 10.8l1.4 1.4 M12.2 3.8l-1.4 1.4 M5.2 10.8l-1.4 1.4',
  webhooks: 'M2.5 8h6 M6 5.5L8.5 8 6 10.5 M9.5 3.5h4v9h-4',
  reviews: 'M4 2.5h8v11H4z M6 6h4 M6 8.5l1.5 1.5L11 7',
  builder: 'M2.5 2.5h11l-5.5 5.5z M2.5 2.5v11l5.5-5.5z M13.5 8v5.5H8z',
  new: 'M8 3v10 M3 8h10',
  more: 'M2.5 8h1.5 M7.25 8h1.5 M12 8h1.5',
  todo: 'M3 3h10v10H3z M5.5 8l2 2 3.5-4',
  started: 'M8 13V3 M4 7l4-4 4 4',
  done: 'M2.5 8.5l3 3 8-8',
  emergency: 'M8 2l6 11H2z M8 6.5v3 M8 11.2v.3',
  proxies: 'M5.5 7a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M1.5 13.5c0-3 1.8-4.5 4-4.5 M9 11h5 M11.5 8.5L14 11l-2.5 2.5',
  list: 'M3 4h10 M3 8h10 M3 12h10',
  report: 'M3 13V8 M8 13V3 M13 13V6',
  audit: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4z M6 8l1.5 1.5L10.5 6',
  dashboard: 'M2.5 2.5h5v6h-5z M9.5 2.5h4v3h-4z M9.5 7.5h4v6h-4z M2.5 10.5h5v3h-5z',
  segments: 'M8 2.5a5.5 5.5 0 1 0 5.5 5.5H8z M10.5 2.8a5.5 5.5 0 0 1 2.7 2.7h-2.7z',
  maintained: 'M3 4.5h6 M12 4.5h1 M10.5 3v3 M3 8h1 M7 8h6 M5.5 6.5v3 M3 11.5h6 M12 11.5h1 M10.5 10v3',
  people: 'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M1.5 13.5c0-3 2-4.5 4.5-4.5s4.5 1.5 4.5 4.5 M10.5 2.8a2.4 2.4 0 0 1 0 4.4 M12 9.3c1.6.6 2.5 2 2.5 4.2',
  units: 'M5.5 2h5v3h-5z M1.5 11h5v3h-5z M9.5 11h5v3h-5z M8 5v3 M4 11V8h8v3',
  access: 'M1.5 8c2-3.5 4.2-5 6.5-5s4.5 1.5 6.5 5c-2 3.5-4.2 5-6.5 5s-4.5-1.5-6.5-5z M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  rates: 'M3 5.5h9 M9.5 3l2.5 2.5L9.5 8 M13 10.5H4 M6.5 8L4 10.5 6.5 13',
  tokens: 'M10.5 2.5a3 3 0 1 1-2.4 4.8L3 12.4V14h2v-1.5h1.5V11H8l1.6-1.6',
}

export const Icon = ({ name }: { readonly name: Name }) => (
  <svg className="nav-icon" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true" focusable="false">
    <path d={DRAWINGS[name]} />
  </svg>
)
