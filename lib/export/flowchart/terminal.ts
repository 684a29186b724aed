/** The picture as text for a terminal: lanes to the left, beside each node its name and what is told of it. */
import { shortened } from './geometry.ts'
import { type Cell, lanesOf, type Row } from './lanes.ts'
import type { NodeKind, Picture, PictureNode } from './picture.ts'

export interface TerminalOptions {
  /** Lines and signs of ASCII alone; names stay as they are. */
  readonly ascii: boolean
  /** Escape sequences that make details paler. */
  readonly colours: boolean
  /** What is told of nodes is cut off there; null = never. */
  readonly columns: number | null
}

interface Letters {
  readonly nodes: Readonly<Record<NodeKind, string>>
  /** By the sides that are touched: up 1, down 2, left 4, right 8. */
  readonly lines: string
  readonly floating: string
  readonly across: string
  /** Stands where something was cut off. */
  readonly cut: string
}

const UNICODE: Letters = {
  nodes: { gateway: '○', executor: '●', image: '●', external: '◎', pass: '◆' },
  //       0123456789…
  lines: ' ╵╷│╴╯╮┤╶╰╭├─┴┬┼',
  floating: '┊',
  across: '─',
  cut: '…',
}

const ASCII: Letters = {
  nodes: { gateway: 'o', executor: '*', image: '*', external: '@', pass: '+' },
  lines: " '.|-'.+-'.+-+++",
  floating: ':',
  across: '-',
  cut: '~',
}

/** Fewer columns tell nothing. */
const LEAST = 8
const DIM = { on: '\u001b[2m', off: '\u001b[22m' } as const

/** Lines without an end of line behind the last. */
export function terminalOf(picture: Picture, { ascii, colours, columns }: TerminalOptions): string {
  const letters = ascii ? ASCII : UNICODE
  const dim = (text: string) => (colours && text.trim() !== '' ? `${DIM.on}${text}${DIM.off}` : text)
  const byId = new Map(picture.nodes.map((node) => [node.id, node]))
  const rows = lanesOf(picture)
  const lanes = Math.max(...rows.map(({ cells }) => cells.length))
  const longest = Math.max(...picture.nodes.map(({ name }) => Bun.stringWidth(name)))
  return rows
    .map((row) => {
      const node = row.node === null ? null : byId.get(row.node.id)!
      const drawn = drawLanes(row, node, letters)
      if (node === null) return drawn.trimEnd()
      const name = `${drawn}${' '.repeat(2 * lanes + 1 - drawn.length)}${node.name}`
      const details = detailsOf(node, ascii)
      if (details === '') return name
      const padded = `${name}${' '.repeat(longest - Bun.stringWidth(node.name) + 2)}`
      if (columns === null) return `${padded}${dim(details)}`
      const room = columns - Bun.stringWidth(padded)
      return room < LEAST ? name : `${padded}${dim(shortened(details, room, letters.cut))}`
    })
    .join('\n')
}

/** Two columns for each lane: its own, and what leads from it to the next. */
function drawLanes({ cells, node: at }: Row, node: PictureNode | null, letters: Letters): string {
  return cells
    .map((cell, column) => {
      const letter = at !== null && at.column === column ? letters.nodes[node!.kind] : lineOf(cell, letters)
      return `${letter}${cell.right ? letters.across : ' '}`
    })
    .join('')
}

function lineOf({ up, down, left, right, crossing, floating }: Cell, letters: Letters): string {
  const sides = (up ? 1 : 0) + (down ? 2 : 0) + (left ? 4 : 0) + (right ? 8 : 0)
  // Of two lines that cross the one from top to bottom is whole.
  if (sides === 3 || crossing) return floating ? letters.floating : letters.lines[3]!
  return letters.lines[sides]!
}

function detailsOf(node: PictureNode, ascii: boolean): string {
  const { uses, kind, shards, replicas, before, after, floating, when } = node
  const parts = [
    ...(uses === null ? [] : [uses]),
    ...(kind === 'external' ? ['external'] : []),
    ...(shards > 1 ? [`${shards} shards`] : []),
    ...(replicas > 1 ? [`${replicas} replicas`] : []),
    ...(before === null ? [] : [`before: ${before}`]),
    ...(after === null ? [] : [`after: ${after}`]),
    ...(floating ? ['floating'] : []),
    ...(when === null ? [] : [`when ${when}`]),
  ]
  const text = parts.join(', ')
  return ascii ? asciiOf(text) : text
}

const SIGNS: Readonly<Record<string, string>> = { '·': 'in', '≤': '<=', '≥': '>=', '≠': '!=', '…': '...' }

const asciiOf = (text: string): string => text.replaceAll(/[·≤≥≠…]/g, (sign) => SIGNS[sign]!)
