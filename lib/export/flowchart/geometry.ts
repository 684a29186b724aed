/** Points and boxes of a picture, in CSS pixels, y downwards. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** `x` and `y` are of its upper left corner. */
export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** Width of a letter of a monospaced font, as a part of its size: 0.6 or a little more in all that are widespread. */
export const LETTER = 0.602

/** Letters of East Asia count twice. */
export const textWidth = (text: string, size: number): number => Bun.stringWidth(text) * size * LETTER

/** At most that many columns, the last one `mark` where something was cut off. */
export function shortened(text: string, columns: number, mark = '…'): string {
  if (Bun.stringWidth(text) <= columns) return text
  let out = ''
  for (const character of text) {
    if (Bun.stringWidth(out + character) > columns - 1) break
    out += character
  }
  return `${out}${mark}`
}

/** Broken between words into lines of that many columns; what does not fit into `most` of them is cut off. */
export function wrapped(text: string, columns: number, most: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last !== undefined && Bun.stringWidth(longer) <= columns) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  const kept = lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')]
  return kept.map((line) => shortened(line, columns))
}
