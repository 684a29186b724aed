/** A chart as SVG: drawn here, without a browser. */
import type { Chart, ChartNode } from './chart.ts'
import { type Box, layOut, type Point } from './layout.ts'

/** Of the widest letters of common fonts at the size of the text, so that nothing is cut. */
const LETTER = 7.9
const LINE = 17
const PADDING = 12
const MARGIN = 20
const TITLE = 28
/** How far copies stand out behind a box. */
const BEHIND = 4
/** Of corners. */
const ROUND = 8

const STYLE = `
  text { font-family: ui-sans-serif, system-ui, sans-serif; font-size: 13px; fill: #1f2937; text-anchor: middle }
  .title { font-weight: 600; text-anchor: start }
  .name { font-weight: 600 }
  .more { fill: #6b7280 }
  rect { stroke-width: 1.3 }
  .executor { fill: #eff6ff; stroke: #3b82f6 }
  .gateway { fill: #f0fdf4; stroke: #16a34a }
  .passing { fill: #f9fafb; stroke: #9ca3af }
  .elsewhere { fill: #fff7ed; stroke: #ea580c; stroke-dasharray: 5 3 }
  .way { fill: none; stroke: #6b7280; stroke-width: 1.4 }
  .floating { stroke-dasharray: 4 4 }
  #arrow path { fill: #6b7280 }`

export function toSvg(chart: Chart, vertical: boolean): string {
  const layout = layOut(chart, {
    vertical,
    size: ({ lines }) => ({
      width: Math.max(...lines.map(widthOf)) + 2 * PADDING,
      height: lines.length * LINE + PADDING,
    }),
    gaps: { boxes: 28, arrows: 14, layers: 50 },
  })
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + TITLE].map(Math.ceil)
  const ways = layout.ways.map(
    ({ edge, points }) =>
      `<path class="way${edge.floating ? ' floating' : ''}" d="${curve(docked(points, layout.boxes.get(edge.from)!, layout.boxes.get(edge.to)!, vertical))}" marker-end="url(#arrow)"/>`,
  )
  const boxes = chart.nodes.map((node) => drawBox(node, layout.boxes.get(node.id)!))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(chart.title)}</title>`,
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text class="title" x="${MARGIN}" y="${MARGIN + 6}">${escaped(chart.title)}</text>`,
    `<g transform="translate(${MARGIN} ${MARGIN + TITLE})">`,
    ...ways,
    ...boxes,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** Letters of other scripts are up to twice as wide. */
const widthOf = (text: string): number => Bun.stringWidth(text) * LETTER

function drawBox({ lines, kind, copies }: ChartNode, { x, y, width, height }: Box): string {
  const rect = (shift: number) =>
    `<rect class="${kind}" x="${round(x + shift)}" y="${round(y - shift)}" width="${round(width)}" height="${round(height)}" rx="${kind === 'gateway' ? Math.min(height / 2, 18) : ROUND}"/>`
  const behind = [2, 1].slice(2 - Math.min(2, copies - 1)).map((step) => rect(step * BEHIND))
  const texts = lines.map((line, index) => {
    const at = y + PADDING / 2 + (index + 0.75) * LINE
    return `<text class="${index === 0 ? 'name' : 'more'}" x="${round(x + width / 2)}" y="${round(at)}">${escaped(line)}</text>`
  })
  return [...behind, rect(0), ...texts].join('\n')
}

/** Ways begin and end at the sides that face each other, not at corners. */
function docked(points: readonly Point[], from: Box, to: Box, vertical: boolean): readonly Point[] {
  const within = (value: number, start: number, size: number): number =>
    Math.min(Math.max(value, start + 1.5 * ROUND), start + size - 1.5 * ROUND)
  const between = points.slice(1, -1)
  const [first, last] = [between[0] ?? points[0]!, between.at(-1) ?? points.at(-1)!]
  const start = vertical
    ? { x: within(first.x, from.x, from.width), y: from.y + from.height }
    : { x: from.x + from.width, y: within(first.y, from.y, from.height) }
  const end = vertical
    ? { x: within(last.x, to.x, to.width), y: to.y }
    : { x: to.x, y: within(last.y, to.y, to.height) }
  return [start, ...between, end]
}

/** Round corners: through the middle of each piece, with the points to bend it. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points
  const middle = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 })
  const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`
  const parts = rest.map((point, index) => {
    const next = rest[index + 1]
    return next === undefined ? `L${at(point)}` : `Q${at(point)} ${at(middle(point, next))}`
  })
  return `M${at(first!)}${parts.join('')}`
}

/** No machine writes other digits. */
const round = (value: number): string => String(Math.round(value * 10) / 10)

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** XML has no control characters. */
const escaped = (text: string): string =>
  text.replaceAll(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '').replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign]!)
