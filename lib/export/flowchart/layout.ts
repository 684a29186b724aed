/**
 * Where everything stands: nodes in layers along the way of the documents (by dagre), lines from one to the next. Between two
 * layers a line curves; beside the nodes of a layer it runs straight, in a place that was kept free for it, so that no line ever
 * crosses a box.
 */
import { Graph, layout } from '@dagrejs/dagre'
import { type Card, cardOf, moved, movedLine, shifted } from './card.ts'
import type { Point } from './geometry.ts'
import { END, type Picture, type PictureEdge, type PictureNode } from './picture.ts'

export interface PlacedNode {
  readonly node: PictureNode
  /** In places of the picture; `x` and `y` of the corner of all of it. */
  readonly card: Card & Point
}

/** Straight to the next point, or in a curve that leaves and arrives along the way of the documents. */
export interface Step {
  readonly to: Point
  readonly curved: boolean
}

export interface PlacedEdge {
  readonly edge: PictureEdge
  readonly start: Point
  readonly steps: readonly Step[]
}

export interface Placed {
  readonly width: number
  readonly height: number
  readonly vertical: boolean
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
}

/** Between nodes of a layer; between lines beside them; between layers. */
const NODE_GAP = 26
const LINE_GAP = 18
const LAYER_GAP = 76
const MARGIN = 24
/** Before a box a line runs straight, so that its point shows where it goes. */
const LEAD = 14

/** From where to where a layer reaches, along the way of the documents. */
interface Layer {
  readonly from: number
  readonly to: number
}

export function placed(picture: Picture, vertical: boolean): Placed {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({
    rankdir: vertical ? 'TB' : 'LR',
    nodesep: NODE_GAP,
    edgesep: LINE_GAP,
    ranksep: LAYER_GAP,
    marginx: MARGIN,
    marginy: MARGIN,
  })
  // Names are the user's, keys the library's: __proto__ is a name.
  const keys = new Map(picture.nodes.map(({ id }, at) => [id, `n${at}`]))
  const cards = new Map(picture.nodes.map((node) => [node.id, cardOf(node, vertical)]))
  for (const [id, { width, height }] of cards) graph.setNode(keys.get(id)!, { width, height })
  for (const { from, to } of picture.edges) graph.setEdge(keys.get(from)!, keys.get(to)!, { weight: 1 })
  keepBehind(picture, (from) => graph.setEdge(keys.get(from)!, keys.get(END)!, { weight: 0 }))
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const found = picture.nodes.map(({ id }) => graph.node(keys.get(id)!) as Point & { readonly rank: number })
  const mirrors = isReversed(found.map(({ rank, x, y }) => ({ rank, across: vertical ? x : y })))
  const put = ({ x, y }: Point): Point => {
    if (!mirrors) return { x, y }
    return vertical ? { x: width - x, y } : { x, y: height - y }
  }
  const nodes = picture.nodes.map((node, at): PlacedNode => {
    const { x, y } = put(found[at]!)
    const card = cards.get(node.id)!
    return { node, card: placedCard(card, { x: x - card.width / 2, y: y - card.height / 2 }) }
  })
  const layers = layersOf(nodes, vertical)
  const byId = new Map(nodes.map((one) => [one.node.id, one]))
  const edges = picture.edges.map((edge): PlacedEdge => {
    const { points } = graph.edge(keys.get(edge.from)!, keys.get(edge.to)!) as { points: readonly Point[] }
    return {
      edge,
      ...route(byId.get(edge.from)!.card, byId.get(edge.to)!.card, points.slice(1, -1).map(put), layers, vertical),
    }
  })
  return { width: Math.ceil(width), height: Math.ceil(height), vertical, nodes, edges }
}

/**
 * The answer leaves at the rim: what nobody waits for, and would stand as far as the end or further, has an invisible line to it.
 * Not all of them: such a line takes room, too.
 */
function keepBehind({ nodes, edges }: Picture, connect: (from: string) => void): void {
  const depths = new Map<string, number>()
  for (const { id } of nodes) {
    const needs = edges.filter(({ to }) => to === id)
    depths.set(id, Math.max(0, ...needs.map(({ from }) => depths.get(from)! + 1)))
  }
  const leaving = new Set(edges.map(({ from }) => from))
  for (const { id } of nodes) if (id !== END && !leaving.has(id) && depths.get(id)! >= depths.get(END)!) connect(id)
}

/** Whether the library has put more pairs of a layer into the other order than the Flow has them: then all is mirrored. */
function isReversed(nodes: readonly { readonly rank: number; readonly across: number }[]): boolean {
  let inverted = 0
  nodes.forEach((one, at) => {
    for (const other of nodes.slice(at + 1)) {
      if (one.rank === other.rank) inverted += Math.sign(one.across - other.across)
    }
  })
  return inverted > 0
}

function placedCard(card: Card, at: Point): Card & Point {
  const condition =
    card.condition === null
      ? null
      : { box: shifted(card.condition.box, at), lines: card.condition.lines.map((line) => movedLine(line, at)) }
  return { ...moved(card, at), ...at, condition }
}

function layersOf(nodes: readonly PlacedNode[], vertical: boolean): readonly Layer[] {
  const spans = nodes
    .map(({ card: { x, y, width, height } }) => (vertical ? { from: y, to: y + height } : { from: x, to: x + width }))
    .toSorted((a, b) => a.from - b.from)
  const layers: { from: number; to: number }[] = []
  for (const { from, to } of spans) {
    const last = layers.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else layers.push({ from, to })
  }
  return layers
}

/** `points`: where dagre leads it through, of which those beside nodes matter. */
function route(
  from: Card & Point,
  to: Card & Point,
  points: readonly Point[],
  layers: readonly Layer[],
  vertical: boolean,
): Pick<PlacedEdge, 'start' | 'steps'> {
  const alongOf = ({ x, y }: Point) => (vertical ? y : x)
  const acrossOf = ({ x, y }: Point) => (vertical ? x : y)
  const at = (along: number, across: number): Point => (vertical ? { x: across, y: along } : { x: along, y: across })
  const layerAt = (along: number) => layers.find((layer) => along >= layer.from && along <= layer.to)
  const start = vertical
    ? { x: from.body.x + from.body.width / 2, y: from.body.y + from.body.height }
    : { x: from.body.x + from.body.width, y: from.body.y + from.body.height / 2 }
  const end = vertical ? { x: to.x + to.width / 2, y: to.y } : { x: to.x, y: to.y + to.height / 2 }
  const steps: Step[] = [{ to: at(layerAt(alongOf(start))!.to, acrossOf(start)), curved: false }]
  for (const point of points) {
    const layer = layerAt(alongOf(point))
    if (layer === undefined) continue
    steps.push({ to: at(layer.from, acrossOf(point)), curved: true })
    steps.push({ to: at(layer.to, acrossOf(point)), curved: false })
  }
  steps.push({ to: at(layerAt(alongOf(end))!.from - LEAD, acrossOf(end)), curved: true }, { to: end, curved: false })
  return { start, steps }
}
