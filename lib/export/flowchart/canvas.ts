/** Lines and boxes in letters: where lines meet, the sign that has all their ends. */

const UP = 1
const RIGHT = 2
const DOWN = 4
const LEFT = 8
/** By the ends that meet in a cell, as bits. */
const SIGNS = ' ╵╶└╷│┌├╴┘─┴┐┤┬┼'

export interface Canvas {
  /** Between two points of one row or column. */
  line(x1: number, y1: number, x2: number, y2: number): void
  /** A text over what is there. */
  text(x: number, y: number, text: string): void
  box(x: number, y: number, width: number, height: number): void
  toString(): string
}

export function createCanvas(width: number, height: number): Canvas {
  const ends = Array.from({ length: height }, () => new Uint8Array(width))
  /** '' is the second half of a wide letter. */
  const letters = Array.from({ length: height }, () => new Array<string | undefined>(width))

  const line: Canvas['line'] = (x1, y1, x2, y2) => {
    const [dx, dy] = [Math.sign(x2 - x1), Math.sign(y2 - y1)]
    const [out, into] = dx > 0 ? [RIGHT, LEFT] : dx < 0 ? [LEFT, RIGHT] : dy > 0 ? [DOWN, UP] : [UP, DOWN]
    for (let [x, y] = [x1, y1]; x !== x2 || y !== y2; x += dx, y += dy) {
      ends[y]![x]! |= out
      ends[y + dy]![x + dx]! |= into
    }
  }

  return {
    line,
    text(x, y, text) {
      let at = x
      for (const letter of text) {
        const wide = Bun.stringWidth(letter)
        if (wide === 0 || at + wide > width) continue
        letters[y]![at] = letter
        if (wide === 2) letters[y]![at + 1] = ''
        at += wide
      }
    },
    box(x, y, wide, high) {
      for (let row = y; row < y + high; row++) {
        ends[row]!.fill(0, x, x + wide)
        letters[row]!.fill(undefined, x, x + wide)
      }
      line(x, y, x + wide - 1, y)
      line(x, y + high - 1, x + wide - 1, y + high - 1)
      line(x, y, x, y + high - 1)
      line(x + wide - 1, y, x + wide - 1, y + high - 1)
    },
    toString: () =>
      letters
        .map((row, y) =>
          Array.from(row, (letter, x) => letter ?? SIGNS[ends[y]![x]!])
            .join('')
            .trimEnd(),
        )
        .join('\n'),
  }
}
