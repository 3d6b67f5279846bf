/** The entities and where they point to; read only, arrows move between the cards, Enter opens one. */
import { useNavigate } from 'react-router'
import type { KeyboardEvent } from 'react'
import { useWords } from '../../kernel/i18n/catalogue'
import { useLabel } from '../../kernel/i18n/locale'
import type { AppHomeAnswer } from '../draft/types'
import { layoutOf, CARD } from './layout'
import { words } from './words'

export function EntityMap({ app, map }: { readonly app: string, readonly map: AppHomeAnswer['map'] }) {
  const t = useWords(words), label = useLabel()
  const navigate = useNavigate()
  const { cards, lines, width, height } = layoutOf(map)
  const names = new Map(map.nodes.map(node => [node.name, label(node.label)]))
  return (
    <section className="card" aria-labelledby="map">
      <div className="card-head"><h2 id="map">{t('map')}</h2><small className="hint">{t('map_hint', { count: map.nodes.filter(node => !node.external).length })}</small></div>
      {/* The cards inside are the controls; the frame only passes arrow keys on to them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div className="map" onKeyDown={walk}>
        <div className="map-plane" style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true">{lines.map(line => <path key={line.key} d={line.d} className="map-line" markerEnd="url(#map-end)" />)}<defs><marker id="map-end" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L6 3L0 6z" className="map-end" /></marker></defs></svg>
          {cards.map(({ node, x, y }) => {
            const targets = map.edges.filter(edge => edge.from === node.name).map(edge => names.get(edge.to) ?? edge.to)
            return (
              <button
                key={node.name} type="button" className={`map-card ${node.external ? 'is-external' : ''}`} style={{ left: x, top: y, width: CARD.width, height: CARD.height }} disabled={node.external}
                onClick={() => void navigate(`/${app}/entity/${node.name.split('.')[1] ?? node.name}`)}
              >
                <b className="cut">{!node.external && <span className="mark mark-entity" aria-hidden="true" />}{label(node.label)}</b>
                <small className="hint">{t('fields', { count: node.fields })}</small>
                {targets.length > 0 && <span className="sr">{t('refers', { names: targets.join(', ') })}</span>}
              </button>
            )
          })}
        </div>
      </div>
    </section>
  )
}

/** Arrow keys go from card to card. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const by = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0
  if (!by) return
  event.preventDefault()
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.map-card:not(:disabled)')]
  all[all.indexOf(document.activeElement as HTMLElement) + by]?.focus()
}
