/** Where nodes and lines stand, on random graphs: nothing lies on anything else. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Line } from '../../../lib/export/flowchart/card.ts'
import { type Box, type Point, textWidth } from '../../../lib/export/flowchart/geometry.ts'
import { type Placed, type PlacedEdge, placed } from '../../../lib/export/flowchart/layout.ts'
import { pictureFrom, randomPicture } from './random-picture.ts'

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01

const textBox = ({ text, size, at }: Line): Box => {
  const width = textWidth(text, size)
  return { x: at.x - width / 2, y: at.y - size / 2, width, height: size }
}

/** Points of a line as it is drawn, close to each other. */
function pointsOf({ start, steps }: PlacedEdge, vertical: boolean): Point[] {
  const points: Point[] = []
  let from = start
  for (const { to, curved } of steps) {
    for (let at = 0; at <= 20; at++) {
      const t = at / 20
      // A cubic curve whose handles lie half way: along the one axis it is even slower at its ends than across.
      const slow = 3 * t * t - 2 * t * t * t
      const even = 1.5 * t * (1 - t) * (1 - t) + 1.5 * t * t * (1 - t) + t * t * t
      const [x, y] = curved ? (vertical ? [slow, even] : [even, slow]) : [t, t]
      points.push({ x: from.x + (to.x - from.x) * x, y: from.y + (to.y - from.y) * y })
    }
    from = to
  }
  return points
}

function check(all: Placed, picture: Parameters<typeof placed>[0]): void {
  expect(all.nodes.map(({ node }) => node.id)).toEqual(picture.nodes.map(({ id }) => id))
  expect(all.edges.map(({ edge }) => edge)).toEqual([...picture.edges])
  const paper = { x: 0, y: 0, width: all.width, height: all.height }
  all.nodes.forEach(({ card, node }, at) => {
    expect([node.id, within(card, paper)]).toEqual([node.id, true])
    const parts = [card.body, ...(card.condition === null ? [] : [card.condition.box])]
    expect(parts.every((part) => within(part, card))).toBe(true)
    expect(parts.length === 2 && overlap(parts[0]!, parts[1]!)).toBe(false)
    const inside = [...card.lines.map(textBox), ...card.chips.map(({ box }) => box)]
    expect(inside.every((part) => within(part, card.body))).toBe(true)
    inside.forEach((part, index) => {
      for (const other of inside.slice(index + 1)) expect(overlap(part, other)).toBe(false)
    })
    for (const { box, line } of card.chips) expect(within(textBox(line), box)).toBe(true)
    for (const line of card.condition?.lines ?? []) expect(within(textBox(line), card.condition!.box)).toBe(true)
    for (const other of all.nodes.slice(at + 1)) expect(overlap(card, other.card)).toBe(false)
  })
  for (const edge of all.edges) {
    const points = pointsOf(edge, all.vertical)
    for (const { card, node } of all.nodes) {
      const touched = points.some((point) => overlap({ ...point, width: 0, height: 0 }, card))
      // Its own ends it touches only at their rims, but a condition stands on the way.
      const own = node.id === edge.edge.from || node.id === edge.edge.to
      expect(`${edge.edge.from} → ${edge.edge.to} through ${node.id}: ${touched && !own}`).toEndWith('false')
    }
  }
}

describe('a layout', () => {
  test.each([false, true])(
    'has every node once, every edge, and nothing on anything else (vertical: %p)',
    (vertical) => {
      fc.assert(
        fc.property(randomPicture, (picture) => check(placed(picture, vertical), picture)),
        { numRuns: 80 },
      )
    },
  )

  test('documents go from left to right, or from top to bottom', () => {
    fc.assert(
      fc.property(randomPicture, fc.boolean(), (picture, vertical) => {
        const { nodes } = placed(picture, vertical)
        const placeOf = (id: string) => nodes.find(({ node }) => node.id === id)!.card
        for (const { from, to } of picture.edges) {
          const [a, b] = [placeOf(from), placeOf(to)]
          expect(vertical ? a.y + a.height < b.y : a.x + a.width < b.x).toBe(true)
        }
        // The answer leaves at the rim: no layer lies behind the end's.
        const begins = nodes.map(({ card }) => (vertical ? card.y : card.x))
        const end = nodes.at(-1)!.card
        expect(Math.max(...begins)).toBeLessThanOrEqual(vertical ? end.y + end.height : end.x + end.width)
      }),
      { numRuns: 40 },
    )
  })

  test('branches stand in the order of the Flow', () => {
    const branches = Array.from({ length: 18 }, (_, at) => `branch${at}`)
    const picture = pictureFrom({
      ...Object.fromEntries(branches.map((name) => [name, ['gateway']])),
      joiner: branches,
    })
    const order = placed(picture, false)
      .nodes.filter(({ node }) => node.name.startsWith('branch'))
      .toSorted((a, b) => a.card.y - b.card.y)
      .map(({ node }) => node.name)
    expect(order).toEqual(branches)
  })

  test('is the same each time', () => {
    fc.assert(
      fc.property(randomPicture, (picture) => {
        expect(placed(picture, false)).toEqual(placed(structuredClone(picture), false))
      }),
      { numRuns: 20 },
    )
  })
})
