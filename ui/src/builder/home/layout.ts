/** Places of the entity map: the most pointed-at entities first, lines at right angles in the gaps between the cards; those to one entity run together. */

import type { AppHomeAnswer } from '../draft/types'

export const CARD = { width: 160, height: 56 } as const
const GAP = { x: 44, y: 36 } as const
const MARGIN = 24

type Map_ = AppHomeAnswer['map']
type Node = Map_['nodes'][number]
interface Spot { readonly node: Node, readonly x: number, readonly y: number, readonly column: number, readonly row: number }

export interface Layout {
  readonly cards: readonly { readonly node: Node, readonly x: number, readonly y: number }[]
  readonly lines: readonly { readonly key: string, readonly d: string }[]
  readonly width: number
  readonly height: number
}

/** Hands out places in a stretch of a length, none of them twice, evenly apart. */
class Lanes {
  private readonly wanted = new Map<string, string[]>()

  ask(stretch: string, who: string): void {
    const all = this.wanted.get(stretch) ?? []
    if (!all.includes(who)) this.wanted.set(stretch, [...all, who])
  }

  at(stretch: string, who: string, from: number, length: number): number {
    const all = this.wanted.get(stretch) ?? [who]
    return Math.round(from + (length * (all.indexOf(who) + 1)) / (all.length + 1))
  }
}

export function layoutOf(map: Map_, columns = 4): Layout {
  const weight = (name: string) => map.edges.filter(edge => edge.to === name).length
  const order = map.nodes.toSorted((a, b) => Number(a.external) - Number(b.external) || weight(b.name) - weight(a.name))
  const cards: Spot[] = order.map((node, at) => ({
    node, column: at % columns, row: Math.floor(at / columns),
    x: MARGIN + (at % columns) * (CARD.width + GAP.x),
    y: MARGIN + Math.floor(at / columns) * (CARD.height + GAP.y),
  }))
  const place = new Map(cards.map(card => [card.node.name, card]))
  const edges = [...new Set(map.edges.map(edge => `${edge.from} ${edge.to}`))].flatMap(key => {
    const [from, to] = key.split(' ').map(name => place.get(name ?? ''))
    return from && to && from !== to ? [{ key, from, to }] : []
  })
  // A line to a card below leaves at the foot and comes in at the head, one upwards the other way, one beside by the gap below.
  const lanes = new Lanes()
  const routes = edges.map(({ key, from, to }) => {
    const down = to.row > from.row, level = to.row === from.row
    const leaves = down || level ? 'foot' : 'head', enters = down ? 'head' : 'foot'
    const first = leaves === 'foot' ? from.row + 1 : from.row, last = enters === 'head' ? to.row : to.row + 1
    lanes.ask(`${leaves} ${from.node.name}`, key)
    const trunk = `${to.node.name} ${enters}`
    lanes.ask(`${enters} ${to.node.name}`, trunk)
    lanes.ask(`row ${first}`, trunk)
    if (first !== last) {
      lanes.ask(`row ${last}`, trunk)
      lanes.ask(`column ${to.column}`, trunk)
    }
    return { key, trunk, from, to, leaves, enters, first, last } as const
  })
  // Ports at a foot stand in the left half and those at a head in the right, so that those of two cards below each other stay apart.
  const port = (side: 'foot' | 'head', spot: Spot, key: string) => lanes.at(`${side} ${spot.node.name}`, key, spot.x + (side === 'head' ? CARD.width / 2 : 0), CARD.width / 2)
  const edgeOf = (side: 'foot' | 'head', spot: Spot) => (side === 'foot' ? spot.y + CARD.height : spot.y)
  const rowGap = (row: number, who: string) => lanes.at(`row ${row}`, who, row === 0 ? 0 : MARGIN + row * (CARD.height + GAP.y) - GAP.y, row === 0 ? MARGIN : GAP.y)
  const lines = routes.map(({ key, trunk, from, to, leaves, enters, first, last }) => {
    const out = `M${port(leaves, from, key)} ${edgeOf(leaves, from)}V${rowGap(first, trunk)}`
    const end = `H${port(enters, to, trunk)}V${edgeOf(enters, to)}`
    if (first === last) return { key, d: `${out}${end}` }
    const side = lanes.at(`column ${to.column}`, trunk, to.column === 0 ? 0 : to.x - GAP.x, to.column === 0 ? MARGIN : GAP.x)
    return { key, d: `${out}H${side}V${rowGap(last, trunk)}${end}` }
  })
  const rows = Math.ceil(order.length / columns)
  return { cards, lines, width: 2 * MARGIN + columns * CARD.width + (columns - 1) * GAP.x, height: 2 * MARGIN + rows * CARD.height + (rows - 1) * GAP.y }
}
