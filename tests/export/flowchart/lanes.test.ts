/** The lanes of random graphs, walked as an eye does: from each node its lines lead to its followers and to nobody else. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { lanesOf, type Row } from '../../../lib/export/flowchart/lanes.ts'
import { randomPicture } from './random-picture.ts'

/** Nodes at the ends of the lines that begin below the node of a row. */
function reached(rows: readonly Row[], at: number): string[] {
  const { column } = rows[at]!.node!
  if (!rows[at]!.cells[column]!.down) return []
  const below = rows[at + 1]!
  if (below.node !== null) return [follow(rows, at + 1, column)]
  const { cells } = below
  expect(cells[column]!.up).toBe(true)
  let [first, last] = [column, column]
  while (cells[first]!.left) first--
  while (cells[last]!.right) last++
  const out: string[] = []
  for (let lane = first; lane <= last; lane++) {
    if (cells[lane]!.down && !cells[lane]!.crossing) out.push(follow(rows, at + 2, lane))
  }
  return out
}

/** Down a lane, to the node at its end. */
function follow(rows: readonly Row[], from: number, lane: number): string {
  for (let at = from; ; at++) {
    const { node, cells } = rows[at]!
    expect(cells[lane]!.up).toBe(true)
    if (node?.column === lane) return node.id
    expect(cells[lane]!.down).toBe(true)
  }
}

test('every node stands once, behind those that it needs', () => {
  fc.assert(
    fc.property(randomPicture, (picture) => {
      const order = lanesOf(picture).flatMap(({ node }) => (node === null ? [] : [node.id]))
      expect(order.toSorted()).toEqual(picture.nodes.map(({ id }) => id).toSorted())
      for (const { from, to } of picture.edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to))
      expect(order[0]).toBe(picture.nodes[0]!.id)
      expect(order.at(-1)).toBe(picture.nodes.at(-1)!.id)
    }),
  )
})

test('lines lead from each node to its followers, and nowhere else', () => {
  fc.assert(
    fc.property(randomPicture, (picture) => {
      const rows = lanesOf(picture)
      rows.forEach(({ node }, at) => {
        if (node === null) return
        const followers = picture.edges.filter(({ from }) => from === node.id).map(({ to }) => to)
        expect(reached(rows, at).toSorted()).toEqual(followers.toSorted())
      })
    }),
    { numRuns: 300 },
  )
})

test('no line ends in the air', () => {
  fc.assert(
    fc.property(randomPicture, (picture) => {
      const rows = lanesOf(picture)
      rows.forEach(({ cells }, at) => {
        cells.forEach((cell, column) => {
          expect(rows[at + 1]?.cells[column]?.up ?? false).toBe(cell.down)
          expect(cells[column + 1]?.left ?? false).toBe(cell.right)
        })
      })
    }),
  )
})
