/** A chart in letters, for a terminal: from left to right where that is not too wide, else from top to bottom. */
import { type Canvas, createCanvas } from './canvas.ts'
import type { Chart, ChartNode } from './chart.ts'
import { type Box, type Layout, layOut, type Point } from './layout.ts'

/** Between layers: room for arrows to turn in, each from another box in a column of its own. */
const LEAST_GAP = 5
const LEAST_ROWS = 2

export function toTerminal(chart: Chart, columns: number): string {
  const flat = draw(chart, false)
  const isTooWide = flat.split('\n').some((line) => Bun.stringWidth(line) > columns)
  return isTooWide ? draw(chart, true) : flat
}

function draw(chart: Chart, vertical: boolean): string {
  const lanes = Math.max(1, ...chart.nodes.map(({ id }) => chart.edges.filter(({ to }) => to === id).length))
  const layout = snapped(
    layOut(chart, {
      vertical,
      size,
      gaps: {
        boxes: vertical ? 3 : 1,
        arrows: vertical ? 3 : 1,
        layers: vertical ? LEAST_ROWS + lanes : LEAST_GAP + 2 * lanes,
      },
    }),
  )
  const canvas = createCanvas(layout.width + 2, layout.height + 2)
  const arrows: (() => void)[] = []
  const turns = turnsOf(layout, vertical)
  for (const { edge, points } of layout.ways) {
    const from = layout.boxes.get(edge.from)!
    const to = layout.boxes.get(edge.to)!
    arrows.push(drawWay(canvas, { from, to, points, vertical, turn: turns.get(edge.from) ?? 0 }))
  }
  for (const node of chart.nodes) drawBox(canvas, node, layout.boxes.get(node.id)!)
  for (const arrow of arrows) arrow()
  return `${canvas.toString().trimEnd()}\n`
}

const label = ({ lines, copies }: ChartNode): readonly string[] =>
  copies > 1 ? [`${lines[0]} ×${copies}`, ...lines.slice(1)] : lines

function size(node: ChartNode): { width: number; height: number } {
  const lines = label(node)
  return { width: Math.max(...lines.map((line) => Bun.stringWidth(line))) + 4, height: lines.length + 2 }
}

/** To whole cells. Boxes of a layer keep the distance that they had. */
function snapped({ boxes, ways, ...layout }: Layout): Layout {
  const point = ({ x, y }: Point): Point => ({ x: Math.floor(x), y: Math.floor(y) })
  return {
    width: Math.ceil(layout.width) + 1,
    height: Math.ceil(layout.height) + 1,
    boxes: new Map([...boxes].map(([id, { x, y, width, height }]) => [id, { ...point({ x, y }), width, height }])),
    ways: ways.map(({ edge, points }) => ({ edge, points: points.map(point) })),
  }
}

/** Boxes of one layer turn their arrows in different columns, so that it is seen whose they are. */
function turnsOf({ boxes }: Layout, vertical: boolean): ReadonlyMap<string, number> {
  const layers = Map.groupBy(boxes, ([, { x, y, width, height }]) => (vertical ? y + height / 2 : x + width / 2))
  const across = (box: Box): number => (vertical ? box.x : box.y)
  return new Map(
    [...layers.values()].flatMap((layer) =>
      layer.toSorted(([, a], [, b]) => across(a) - across(b)).map(([id], index) => [id, index] as const),
    ),
  )
}

interface Way {
  readonly from: Box
  readonly to: Box
  readonly points: readonly Point[]
  readonly vertical: boolean
  readonly turn: number
}

/** A box as arrows see it that go from left to right: its rows are those inside its frame. */
interface Side {
  readonly left: number
  readonly right: number
  readonly first: number
  readonly last: number
  readonly middle: number
}

/** Along the points between the boxes; returns what draws the arrow's head, which stands over everything. */
function drawWay(canvas: Canvas, { from, to, points, vertical, turn }: Way): () => void {
  // Everything is told as from left to right; from top to bottom the two are exchanged.
  const flip = <T extends Point>(point: T): Point => (vertical ? { x: point.y, y: point.x } : point)
  const along = (x1: number, y1: number, x2: number, y2: number): void =>
    vertical ? canvas.line(y1, x1, y2, x2) : canvas.line(x1, y1, x2, y2)
  const [source, goal] = [from, to].map((box) => {
    const [{ x, y }, { x: width, y: height }] = [flip(box), flip({ x: box.width, y: box.height })]
    return { left: x, right: x + width - 1, first: y + 1, last: y + height - 2, middle: y + (height >> 1) }
  }) as [Side, Side]
  // Straight on where both boxes have a row in common.
  const [low, high] = [Math.max(source.first, goal.first), Math.min(source.last, goal.last)]
  const lanes = points.slice(1, -1).map(flip)
  const isStraight = lanes.length <= 1 && low <= high
  const start = { x: source.right, y: isStraight ? (low + high) >> 1 : source.middle }
  const end = { x: goal.left, y: isStraight ? start.y : goal.middle }
  const target = end.x - 1
  let { x, y } = start
  for (const [index, lane] of lanes.entries()) {
    if (lane.y === y || index === lanes.length - 1) continue
    // It changes its row right behind the layer that it leaves.
    const column = index === 0 ? Math.min(x + 2 + turn, Math.max(x + 1, lane.x - 1)) : Math.max(x, lane.x)
    along(x, y, column, y)
    along(column, y, column, lane.y)
    x = column
    y = lane.y
  }
  const behind = Math.min(lanes.length > 1 ? target - 1 : x + 2 + turn, target - 1)
  const last = y === end.y ? target : Math.max(x + 1, behind)
  along(x, y, last, y)
  along(last, y, last, end.y)
  along(last, end.y, target, end.y)
  return () => (vertical ? canvas.text(end.y, target, '▼') : canvas.text(target, end.y, '▶'))
}

function drawBox(canvas: Canvas, node: ChartNode, { x, y, width, height }: Box): void {
  canvas.box(x, y, width, height)
  for (const [index, line] of label(node).entries()) {
    canvas.text(x + 2 + ((width - 4 - Bun.stringWidth(line)) >> 1), y + 1 + index, line)
  }
}
