/**
 * A graph as lines of a text, one node below the other, as logs of version control are drawn. A lane leads to one node only:
 * whoever is needed by it turns into that lane, and the node stands at its end. What runs from left to right belongs to the
 * node right above. So each line can be followed with a finger, and the width is that of the nodes waited for, however long
 * their names are.
 */
import type { Picture } from './picture.ts'

/** What is drawn in a cell: which of its sides a line touches. */
export interface Cell {
  readonly up: boolean
  readonly down: boolean
  readonly left: boolean
  readonly right: boolean
  /** The line from left to right passes below that from top to bottom, and has nothing to do with it. */
  readonly crossing: boolean
  /** What comes from above, or goes down, leads to a floating node. */
  readonly floating: boolean
}

export interface Row {
  readonly cells: readonly Cell[]
  /** The node that stands in this row, and its column; null: lines only. */
  readonly node: { readonly id: string; readonly column: number } | null
}

const EMPTY: Cell = { up: false, down: false, left: false, right: false, crossing: false, floating: false }

/** A node's lane is open from its first need to itself. */
type Lanes = (string | null)[]

/** In the order of branches or in that of the Flow, whichever takes less to draw: neither is the better one for all graphs. */
export function lanesOf(picture: Picture): readonly Row[] {
  const { nodes, edges } = picture
  const [branches, written] = [
    drawn(picture, orderOf(nodes, edges)),
    drawn(
      picture,
      nodes.map(({ id }) => id),
    ),
  ]
  return inkOf(written) < inkOf(branches) ? written : branches
}

const inkOf = (rows: readonly Row[]): number =>
  rows.reduce(
    (sum, { cells }) => sum + cells.filter(({ up, down, left, right }) => up || down || left || right).length,
    0,
  )

function drawn({ nodes, edges }: Picture, order: readonly string[]): readonly Row[] {
  const floats = new Set(nodes.filter(({ floating }) => floating).map(({ id }) => id))
  // The way to the answer goes straight on, what floats turns aside.
  const aside = (id: string) => (floats.has(id) ? 1 : 0)
  const followersOf = (id: string) =>
    edges
      .filter(({ from }) => from === id)
      .map(({ to }) => to)
      .toSorted((a, b) => aside(a) - aside(b))
  const followers = new Map(nodes.map(({ id }) => [id, followersOf(id)]))
  const rows: Row[] = []
  const lanes: Lanes = []
  for (const id of order) {
    const known = lanes.indexOf(id)
    const column = known === -1 ? freeLane(lanes, 0) : known
    rows.push(nodeRow(lanes, column, id, known !== -1, followers.get(id)!.length > 0, floats))
    lanes[column] = null
    const turns = followers.get(id)!.map((to) => turnTo(lanes, column, to))
    if (turns.some(({ at }) => at !== column)) rows.push(turnRow(lanes, column, turns, floats))
    while (lanes.at(-1) === null) lanes.pop()
  }
  return rows
}

/**
 * Each behind those that it needs, and next the follower of the one drawn last where that is possible: branches stay together.
 * What floats comes at once, so that its lane is short. The end of all comes last: what nobody waits for does not hang below.
 */
function orderOf(nodes: Picture['nodes'], edges: Picture['edges']): string[] {
  const place = new Map(nodes.map(({ id, floating }, at) => [id, floating ? at - nodes.length : at]))
  const last = nodes.at(-1)!.id
  const waits = new Map(nodes.map(({ id }) => [id, edges.filter(({ to }) => to === id).length]))
  const ready = nodes
    .filter(({ id }) => waits.get(id) === 0 && id !== last)
    .map(({ id }) => id)
    .toReversed()
  const out: string[] = []
  while (ready.length > 0) {
    const id = ready.pop()!
    out.push(id)
    const next = edges.filter(({ from }) => from === id).map(({ to }) => to)
    for (const to of next) waits.set(to, waits.get(to)! - 1)
    const freed = next.filter((to) => waits.get(to) === 0 && to !== last)
    ready.push(...freed.toSorted((a, b) => place.get(b)! - place.get(a)!))
  }
  return [...out, last]
}

function freeLane(lanes: Lanes, from: number): number {
  for (let at = from; at < lanes.length; at++) if (lanes[at] === null) return at
  return Math.max(lanes.length, from)
}

interface Turn {
  readonly at: number
  /** Its lane begins here. */
  readonly opens: boolean
}

/** The lane of `to`: its own where it has one, else the node's if that is free, else one to the right. */
function turnTo(lanes: Lanes, column: number, to: string): Turn {
  const own = lanes.indexOf(to)
  if (own !== -1) return { at: own, opens: false }
  const at = freeLane(lanes, column)
  while (lanes.length < at) lanes.push(null)
  lanes[at] = to
  return { at, opens: true }
}

function nodeRow(
  lanes: Lanes,
  column: number,
  id: string,
  up: boolean,
  down: boolean,
  floats: ReadonlySet<string>,
): Row {
  const cells = Array.from({ length: Math.max(lanes.length, column + 1) }, (_, at): Cell => {
    if (at === column) return { ...EMPTY, up, down }
    const to = lanes[at] ?? null
    return to === null ? EMPTY : { ...EMPTY, up: true, down: true, floating: floats.has(to) }
  })
  return { cells, node: { id, column } }
}

/** Below a node: to the lanes of its followers. */
function turnRow(lanes: Lanes, column: number, turns: readonly Turn[], floats: ReadonlySet<string>): Row {
  const ends = [column, ...turns.map(({ at }) => at)]
  const [first, last] = [Math.min(...ends), Math.max(...ends)]
  const cells = Array.from({ length: Math.max(lanes.length, last + 1) }, (_, at): Cell => {
    const to = lanes[at] ?? null
    const turn = turns.find((one) => one.at === at)
    const inside = at >= first && at <= last
    return {
      up: at === column || (to !== null && turn?.opens !== true),
      down: to !== null,
      left: inside && at > first,
      right: inside && at < last,
      crossing: inside && at > first && at < last && at !== column && turn === undefined && to !== null,
      floating: to !== null && floats.has(to),
    }
  })
  return { cells, node: null }
}
