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

/** At most that many columns, the last one an ellipsis where something was cut off. */
export function shortened(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text
  let out = ''
  for (const character of text) {
    if (Bun.stringWidth(out + character) > columns - 1) break
    out += character
  }
  return `${out}…`
}
