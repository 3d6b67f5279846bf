/** Places of the entity map: the most pointed-at entities in the middle column, lines drawn at right angles. */

import type { AppHomeAnswer } from '../draft/types'

export const CARD = { width: 160, height: 56 } as const
const GAP = { x: 44, y: 28 } as const
const MARGIN = 12

type Map_ = AppHomeAnswer['map']
type Node = Map_['nodes'][number]

export interface Layout {
  readonly cards: readonly { readonly node: Node, readonly x: number, readonly y: number }[]
  readonly lines: readonly { readonly key: string, readonly d: string }[]
  readonly width: number
  readonly height: number
}

export function layoutOf(map: Map_, columns = 4): Layout {
  const weight = (name: string) => map.edges.filter(edge => edge.to === name).length
  // Those that others point to come first, so that a line mostly runs to the left or up.
  const order = map.nodes.toSorted((a, b) => Number(a.external) - Number(b.external) || weight(b.name) - weight(a.name))
  const cards = order.map((node, at) => ({
    node,
    x: MARGIN + (at % columns) * (CARD.width + GAP.x),
    y: MARGIN + Math.floor(at / columns) * (CARD.height + GAP.y),
  }))
  const place = new Map(cards.map(card => [card.node.name, card]))
  const pairs = new Map(map.edges.map(edge => [`${edge.from} ${edge.to}`, edge]))
  const lines = [...pairs.values()].flatMap(edge => {
    const from = place.get(edge.from), to = place.get(edge.to)
    if (!from || !to || from === to) return []
    return [{ key: `${edge.from} ${edge.to}`, d: between(from, to) }]
  })
  const rows = Math.ceil(order.length / columns)
  return { cards, lines, width: 2 * MARGIN + columns * CARD.width + (columns - 1) * GAP.x, height: 2 * MARGIN + rows * CARD.height + (rows - 1) * GAP.y }
}

function between(from: { x: number, y: number }, to: { x: number, y: number }): string {
  const middle = { x: CARD.width / 2, y: CARD.height / 2 }
  if (from.y === to.y) {
    const right = to.x > from.x
    const y = from.y + middle.y
    return `M${from.x + (right ? CARD.width : 0)} ${y}H${to.x + (right ? 0 : CARD.width)}`
  }
  const down = to.y > from.y
  const start = from.y + (down ? CARD.height : 0)
  const end = to.y + (down ? 0 : CARD.height)
  const turn = start + (down ? GAP.y / 2 : -GAP.y / 2)
  return `M${from.x + middle.x} ${start}V${turn}H${to.x + middle.x}V${end}`
}
