/** The figure of seven pieces: each is a link to the definitions of its kind; the table beside it is its twin. */
import { useNavigate } from 'react-router'
import { useLabel } from '../../kernel/i18n/locale'
import { useWords } from '../../kernel/i18n/catalogue'
import type { AppHomeAnswer, KindName } from '../draft/types'
import { words } from './words'

/** Corners on the unit of 8 (screens.md 1) and the middle where the words stand. */
const PIECES: Readonly<Record<KindName, readonly [points: string, x: number, y: number]>> = {
  entity: ['0,0 8,0 4,4', 4, 1.35],
  form: ['0,0 4,4 0,8', 1.32, 4],
  workflow: ['8,4 8,8 4,8', 6.7, 6.75],
  rule: ['6,2 8,4 6,6 4,4', 6, 4],
  report: ['4,4 6,6 2,6', 4, 5.35],
  role: ['8,0 8,4 6,2', 7.4, 2],
  connector: ['0,8 2,6 6,6 4,8', 3, 7],
}
const UNIT = 40

interface Props {
  readonly app: string
  readonly kinds: AppHomeAnswer['kinds']
  readonly marked: KindName | null
  readonly mark: (kind: KindName | null) => void
}

export function Tangram({ app, kinds, marked, mark }: Props) {
  const t = useWords(words), label = useLabel()
  const navigate = useNavigate()
  return (
    <svg className="tangram" viewBox="-4 -4 328 328" role="group" aria-label={t('kinds')}>
      {kinds.map(kind => {
        const [points, x, y] = PIECES[kind.kind]
        const corners = points.split(' ').map(pair => pair.split(',').map(each => Number(each) * UNIT).join(',')).join(' ')
        const problem = kind.errors ? t('errors', { count: kind.errors }) : kind.warnings ? t('warnings', { count: kind.warnings }) : ''
        const to = `/${app}/kind/${kind.kind}`
        return (
          // A link of SVG has no address as text, which breaks tools that collect links; the table beside it has real ones.
          <g
            key={kind.kind} role="link" tabIndex={0} className={`piece ${marked === kind.kind ? 'is-marked' : ''}`}
            aria-label={`${label(kind.label)} ${kind.count}${problem ? `, ${problem}` : ''}`}
            onClick={() => void navigate(to)} onKeyDown={event => { if (event.key === 'Enter') void navigate(to) }}
            onPointerEnter={() => mark(kind.kind)} onPointerLeave={() => mark(null)} onFocus={() => mark(kind.kind)} onBlur={() => mark(null)}
          >
            <polygon className={`piece-face logo-${kind.kind}`} points={corners} />
            <text x={x * UNIT} y={y * UNIT - 4} className="piece-name">{label(kind.label)}</text>
            <text x={x * UNIT} y={y * UNIT + 18} className="piece-count">{` ${kind.count}`}</text>
          </g>
        )
      })}
    </svg>
  )
}
