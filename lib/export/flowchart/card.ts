/** How a node looks by itself: its box, its texts, its processes, and the condition in front of it; all relative to its corner. */
import { copiesOf } from './copies.ts'
import { type Box, type Point, shortened, textWidth, wrapped } from './geometry.ts'
import type { PictureNode } from './picture.ts'

export interface Line {
  readonly text: string
  /** The text was longer than this. */
  readonly full: string
  readonly size: number
  readonly muted: boolean
  /** Middle of the text. */
  readonly at: Point
}

export interface Chip {
  readonly kind: 'around' | 'copy'
  readonly box: Box
  readonly line: Line
}

/** The condition in front of a node. */
export interface Pill {
  readonly box: Box
  readonly lines: readonly Line[]
}

export interface Card {
  /** All of it, condition included: nothing else is drawn there. */
  readonly width: number
  readonly height: number
  readonly body: Box
  readonly lines: readonly Line[]
  readonly chips: readonly Chip[]
  /** From chip to chip. */
  readonly links: readonly (readonly [from: number, to: number])[]
  readonly condition: Pill | null
}

const NAME = 14
const DETAIL = 11.5
const PAD = 18
const NAME_ROW = 20
const DETAIL_ROW = 17
const CHIP_HEIGHT = 24
const CHIP_GAP = 8
/** Room for the lines between what stands before the processes, and them. */
const LINK = 28
const PILL_ROW = 15
const PILL_GAP = 14
/** A condition is broken into so many lines of so many columns. */
const PILL = { columns: 30, lines: 3 } as const
/** Longer texts are cut off. In columns. */
const LONGEST = { name: 40, detail: 44, chip: 28 } as const

export function cardOf(node: PictureNode, vertical: boolean): Card {
  const body = bodyOf(node, vertical)
  if (node.when === null) return { ...body, condition: null }
  const full = `when ${node.when}`
  const texts = wrapped(full, PILL.columns, PILL.lines)
  const pill = {
    width: Math.ceil(Math.max(...texts.map((text) => textWidth(text, DETAIL)))) + 22,
    height: texts.length * PILL_ROW + 8,
  }
  const width = vertical ? Math.max(pill.width, body.width) : pill.width + PILL_GAP + body.width
  const height = vertical ? pill.height + PILL_GAP + body.height : Math.max(pill.height, body.height)
  const box = vertical
    ? { x: (width - pill.width) / 2, y: 0, ...pill }
    : { x: 0, y: (height - pill.height) / 2, ...pill }
  const by = vertical
    ? { x: (width - body.width) / 2, y: pill.height + PILL_GAP }
    : { x: pill.width + PILL_GAP, y: (height - body.height) / 2 }
  const lines = texts.map((text, at): Line => {
    const middle = { x: box.x + box.width / 2, y: box.y + 4 + (at + 0.5) * PILL_ROW }
    return { text, full: at === 0 ? full : text, size: DETAIL, muted: true, at: middle }
  })
  return { ...moved(body, by), width, height, condition: { box, lines } }
}

type Body = Omit<Card, 'condition'>

function bodyOf(node: PictureNode, vertical: boolean): Body {
  const texts = [
    { full: node.name, text: shortened(node.name, LONGEST.name), size: NAME, row: NAME_ROW, muted: false },
    ...[node.uses, node.floating ? 'floating' : null].flatMap((full) =>
      full === null
        ? []
        : [{ full, text: shortened(full, LONGEST.detail), size: DETAIL, row: DETAIL_ROW, muted: true }],
    ),
  ]
  const { chips, links, width: inner, height: deep } = chipsOf(node, vertical)
  const width = Math.ceil(Math.max(72, inner, ...texts.map(({ text, size }) => textWidth(text, size))) + 2 * PAD)
  let y = 11
  const lines = texts.map(({ row, ...line }): Line => {
    y += row
    return { ...line, at: { x: width / 2, y: y - row / 2 } }
  })
  const top = y + 8
  const height = deep > 0 ? top + deep + 16 : y + 11
  const by = { x: (width - inner) / 2, y: top }
  return {
    width,
    height,
    body: { x: 0, y: 0, width, height },
    lines,
    chips: chips.map((chip) => movedChip(chip, by)),
    links,
  }
}

/** Before, the processes beside each other, after; along the way of the documents. */
function chipsOf(node: PictureNode, vertical: boolean): Pick<Body, 'chips' | 'links' | 'width' | 'height'> {
  const copies = copiesOf(node)
  const around = node.before !== null || node.after !== null
  if (copies.length === 0 && !around) return { chips: [], links: [], width: 0, height: 0 }
  const groups = [
    { kind: 'around' as const, texts: node.before === null ? [] : [node.before] },
    { kind: 'copy' as const, texts: copies.length === 0 ? [node.name] : copies },
    { kind: 'around' as const, texts: node.after === null ? [] : [node.after] },
  ].filter(({ texts }) => texts.length > 0)
  const sized = groups.map(({ kind, texts }) => {
    const lines = texts.map((full) => ({ full, text: shortened(full, LONGEST.chip) }))
    const width = Math.max(52, ...lines.map(({ text }) => textWidth(text, DETAIL) + 18))
    const count = lines.length
    const across = vertical ? count * width + (count - 1) * CHIP_GAP : count * CHIP_HEIGHT + (count - 1) * CHIP_GAP
    return { kind, lines, width, across }
  })
  const across = Math.max(...sized.map((group) => group.across))
  let along = 0
  const chips: Chip[] = []
  const members: number[][] = []
  for (const group of sized) {
    let aside = (across - group.across) / 2
    members.push(group.lines.map((_, at) => chips.length + at))
    for (const { text, full } of group.lines) {
      const size = { width: group.width, height: CHIP_HEIGHT }
      const box = vertical ? { x: aside, y: along, ...size } : { x: along, y: aside, ...size }
      chips.push({ kind: group.kind, box, line: { text, full, size: DETAIL, muted: false, at: middleOf(box) } })
      aside += (vertical ? group.width : CHIP_HEIGHT) + CHIP_GAP
    }
    along += (vertical ? CHIP_HEIGHT : group.width) + LINK
  }
  const length = along - LINK
  const links = members
    .slice(1)
    .flatMap((next, at) => members[at]!.flatMap((from) => next.map((to) => [from, to] as const)))
  return { chips, links, width: vertical ? across : length, height: vertical ? length : across }
}

const middleOf = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 })

export function moved<T extends Pick<Card, 'body' | 'lines' | 'chips'>>(card: T, by: Point): T {
  return {
    ...card,
    body: shifted(card.body, by),
    lines: card.lines.map((line) => movedLine(line, by)),
    chips: card.chips.map((chip) => movedChip(chip, by)),
  }
}

/** `x` and `y` further by those of `by`. */
export const shifted = <T extends Point>(what: T, by: Point): T => ({ ...what, x: what.x + by.x, y: what.y + by.y })

export const movedLine = (line: Line, by: Point): Line => ({ ...line, at: shifted(line.at, by) })

const movedChip = (chip: Chip, by: Point): Chip => ({
  ...chip,
  box: shifted(chip.box, by),
  line: movedLine(chip.line, by),
})
