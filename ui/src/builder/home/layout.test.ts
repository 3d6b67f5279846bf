import { expect, test } from 'vitest'
import { CARD, layoutOf } from './layout'

const node = (name: string) => ({ name, label: {}, fields: 1, external: false })
const edge = (from: string, to: string) => ({ from, to, field: 'x', label: {} })
const names = ['customer', 'account', 'district', 'loan', 'card', 'holder', 'event', 'order', 'branch', 'person']
const map = {
  nodes: names.map(node),
  edges: [
    edge('account', 'customer'), edge('holder', 'customer'), edge('holder', 'account'), edge('customer', 'district'), edge('loan', 'customer'), edge('loan', 'account'), edge('card', 'account'),
    edge('order', 'account'), edge('event', 'customer'), edge('event', 'person'), edge('customer', 'branch'), edge('account', 'branch'), edge('loan', 'branch'), edge('customer', 'person'),
  ],
}

const target = (key: string) => key.split(' ')[1]

/** The straight pieces of a path. */
function pieces(d: string) {
  let x = 0, y = 0
  return [...d.matchAll(/([MHV])(\d+)(?: (\d+))?/g)].flatMap(([, way, first, second]) => {
    const from = { x, y }
    if (way === 'M') [x, y] = [Number(first), Number(second)]
    else if (way === 'H') x = Number(first)
    else y = Number(first)
    return way === 'M' ? [] : [{ left: Math.min(from.x, x), right: Math.max(from.x, x), top: Math.min(from.y, y), bottom: Math.max(from.y, y) }]
  })
}

test('no line goes through a card, so that it reads as a relation of that card', () => {
  const { cards, lines } = layoutOf(map)
  const through = lines.flatMap(line => pieces(line.d).flatMap(piece => cards.filter(card =>
    piece.left < card.x + CARD.width && piece.right > card.x && piece.top < card.y + CARD.height && piece.bottom > card.y).map(card => `${line.key} through ${card.node.name}`)))
  expect(lines.length).toBe(map.edges.length)
  expect(through).toEqual([])
})

test('lines to one entity run together, and no others lie on each other', () => {
  const all = layoutOf(map).lines.flatMap(line => pieces(line.d).map(piece => ({ ...piece, key: line.key })))
  const shared = all.flatMap((a, at) => all.slice(at + 1).filter(b => target(a.key) !== target(b.key) && (
    (a.top === a.bottom && b.top === b.bottom && a.top === b.top && Math.min(a.right, b.right) > Math.max(a.left, b.left))
    || (a.left === a.right && b.left === b.right && a.left === b.left && Math.min(a.bottom, b.bottom) > Math.max(a.top, b.top)))).map(b => `${a.key} on ${b.key}`))
  expect(shared).toEqual([])
})
