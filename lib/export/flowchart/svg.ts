/** The picture as SVG: complete in itself, no script, no font, no network; the same text for the same Flow. */

import type { Card, Line, Pill } from './card.ts'
import { COLOURS } from './colours.ts'
import type { Box, Point } from './geometry.ts'
import { type Placed, type PlacedEdge, type PlacedNode, placed } from './layout.ts'
import type { Picture } from './picture.ts'

/** The first is the one that a picture in PNG is drawn with; all have letters of the same width. */
const FONTS =
  "'JetBrains Mono', ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
/** Length and half width of the point of a line. */
const TIP = { length: 8, half: 4 } as const

export interface Drawing {
  readonly svg: string
  /** In CSS pixels. */
  readonly width: number
  readonly height: number
}

export function drawSvg(picture: Picture, { vertical }: { readonly vertical: boolean }): Drawing {
  const all = placed(picture, vertical)
  const { width, height } = all
  const title = picture.title ?? 'Flow'
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `font-family="${FONTS}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${COLOURS.background}"/>`,
    ...all.edges.map((edge) => edgeOf(edge, all)),
    ...all.nodes.map((node) => nodeOf(node, all)),
    '</svg>',
    '',
  ].join('\n')
  return { svg, width, height }
}

function edgeOf({ edge, start, steps }: PlacedEdge, { vertical }: Placed): string {
  const end = steps.at(-1)!.to
  // The line stops where its point begins, which would else be blunt.
  const last = steps.length - 1
  const back = vertical ? { x: end.x, y: end.y - TIP.length } : { x: end.x - TIP.length, y: end.y }
  let at = start
  let path = `M${pair(start)}`
  steps.forEach(({ to, curved }, index) => {
    const goal = index === last ? back : to
    path += curved ? curve(at, goal, vertical) : `L${pair(goal)}`
    at = goal
  })
  const dashes = edge.floating ? ' stroke-dasharray="5 4"' : ''
  const line = `<path d="${path}" fill="none" stroke="${COLOURS.line}" stroke-width="1.5"${dashes}/>`
  return `<g class="edge"><title>${escaped(`${edge.from} → ${edge.to}`)}</title>${line}${tip(back, end)}</g>`
}

function curve(from: Point, to: Point, vertical: boolean): string {
  if (vertical ? from.x === to.x : from.y === to.y) return `L${pair(to)}`
  const [a, b] = vertical
    ? [
        { x: from.x, y: (from.y + to.y) / 2 },
        { x: to.x, y: (from.y + to.y) / 2 },
      ]
    : [
        { x: (from.x + to.x) / 2, y: from.y },
        { x: (from.x + to.x) / 2, y: to.y },
      ]
  return `C${pair(a)} ${pair(b)} ${pair(to)}`
}

function tip(back: Point, end: Point): string {
  const aside = back.x === end.x ? { x: TIP.half, y: 0 } : { x: 0, y: TIP.half }
  const [one, other] = [
    { x: back.x - aside.x, y: back.y - aside.y },
    { x: back.x + aside.x, y: back.y + aside.y },
  ]
  return `<path d="M${pair(one)}L${pair(end)}L${pair(other)}Z" fill="${COLOURS.line}"/>`
}

function nodeOf({ node, card }: PlacedNode, { vertical }: Placed): string {
  const { fill, stroke } = COLOURS[node.kind]
  const dashes = node.floating ? ' stroke-dasharray="5 4"' : ''
  const radius = node.kind === 'gateway' ? card.body.height / 2 : 8
  return [
    `<g class="node ${node.kind}" data-name="${escaped(node.id)}">`,
    ...(card.condition === null ? [] : [conditionOf(card, card.condition, vertical)]),
    `<rect ${boxOf(card.body)} rx="${round(radius)}" fill="${fill}" stroke="${stroke}" stroke-width="1.25"${dashes}/>`,
    ...card.links.map(([from, to]) => linkOf(card.chips[from]!.box, card.chips[to]!.box, vertical)),
    ...card.chips.map(({ kind, box, line }) => {
      const { fill, stroke } = COLOURS[kind]
      return `<rect ${boxOf(box)} rx="5" fill="${fill}" stroke="${stroke}"/>${textOf(line)}`
    }),
    ...card.lines.map(textOf),
    '</g>',
  ].join('')
}

/** The middles of the sides that two neighbours turn to each other. */
function facing(from: Box, to: Box, vertical: boolean) {
  return vertical
    ? ([
        { x: from.x + from.width / 2, y: from.y + from.height },
        { x: to.x + to.width / 2, y: to.y },
      ] as const)
    : ([
        { x: from.x + from.width, y: from.y + from.height / 2 },
        { x: to.x, y: to.y + to.height / 2 },
      ] as const)
}

/** A gate that documents pass on their way in. */
function conditionOf({ body }: Card, { box, lines }: Pill, vertical: boolean): string {
  const [from, to] = facing(box, body, vertical)
  const { fill, stroke } = COLOURS.condition
  return (
    `<path d="M${pair(from)}L${pair(to)}" stroke="${COLOURS.line}" stroke-width="1.5"/>` +
    `<rect ${boxOf(box)} rx="11" fill="${fill}" stroke="${stroke}"/>${lines.map(textOf).join('')}`
  )
}

function linkOf(from: Box, to: Box, vertical: boolean): string {
  const [a, b] = facing(from, to, vertical)
  return `<path d="M${pair(a)}${curve(a, b, vertical)}" fill="none" stroke="${COLOURS.line}"/>`
}

function textOf({ text, full, size, muted, at }: Line): string {
  const tooltip = full === text ? '' : `<title>${escaped(full)}</title>`
  // The baseline, rather than dominant-baseline, which not all programs know.
  const baseline = { x: at.x, y: at.y + size * 0.36 }
  return (
    `<text x="${round(baseline.x)}" y="${round(baseline.y)}" text-anchor="middle" font-size="${size}" ` +
    `fill="${muted ? COLOURS.muted : COLOURS.text}">${tooltip}${escaped(text)}</text>`
  )
}

const boxOf = ({ x, y, width, height }: Box): string =>
  `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`

const pair = ({ x, y }: Point): string => `${round(x)},${round(y)}`

/** Hundredths are finer than any screen. */
const round = (value: number): string => `${Math.round(value * 100) / 100}`

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  // Control characters cannot be in XML, not even as entities.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[&<>"]/g, (one) => ENTITIES[one]!).replaceAll(/[\u0000-\u001f]/g, ' ')
}
