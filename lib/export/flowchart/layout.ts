/** Where boxes and arrows are: in layers, with few crossings. */
import dagre from '@dagrejs/dagre'
import type { Chart, ChartEdge, ChartNode } from './chart.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** Its upper left corner and size. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<string, Box>
  /** Through `points` from box to box. */
  readonly ways: readonly { readonly edge: ChartEdge; readonly points: readonly Point[] }[]
}

export interface LayoutOptions {
  /** From top to bottom instead of from left to right. */
  readonly vertical: boolean
  size(node: ChartNode): { readonly width: number; readonly height: number }
  /** Between boxes side by side, between arrows side by side, from layer to layer. */
  readonly gaps: { readonly boxes: number; readonly arrows: number; readonly layers: number }
}

/** All is at 0 or above. */
export function layOut({ nodes, edges }: Chart, { vertical, size, gaps }: LayoutOptions): Layout {
  const graph = new dagre.graphlib.Graph()
  graph.setGraph({ rankdir: vertical ? 'TB' : 'LR', nodesep: gaps.boxes, edgesep: gaps.arrows, ranksep: gaps.layers })
  for (const node of nodes) graph.setNode(node.id, { ...size(node) })
  for (const { from, to } of edges) graph.setEdge(from, to, {})
  dagre.layout(graph)
  const placed = nodes.map((node) => {
    const { x, y, width, height } = graph.node(node.id) as Box
    return [node.id, { x: x - width / 2, y: y - height / 2, width, height }] as const
  })
  const ways = edges.map((edge) => ({ edge, points: (graph.edge(edge.from, edge.to) as { points: Point[] }).points }))
  const all = [
    ...placed.flatMap(([, { x, y, width, height }]) => [
      { x, y },
      { x: x + width, y: y + height },
    ]),
    ...ways.flatMap(({ points }) => points),
  ]
  const [left, top] = [Math.min(...all.map(({ x }) => x)), Math.min(...all.map(({ y }) => y))]
  const moved = <T extends Point>(point: T): T => ({ ...point, x: point.x - left, y: point.y - top })
  return {
    width: Math.max(...all.map(({ x }) => x)) - left,
    height: Math.max(...all.map(({ y }) => y)) - top,
    boxes: new Map(placed.map(([id, box]) => [id, moved(box)])),
    ways: ways.map(({ edge, points }) => ({ edge, points: points.map(moved) })),
  }
}
