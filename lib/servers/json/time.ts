/** Times of answers: a second as text, which all answers of that second share, and the microseconds within it. */

let second = -1
let text = ''
let split = 0

/** The whole microseconds of a time in milliseconds of the epoch; `wholeSecond` and `secondText` are of the same time. */
export function splitTime(ms: number): number {
  split = Math.floor(ms / 1000)
  const micros = Math.round((ms - split * 1000) * 1000)
  if (micros < 1_000_000) return micros
  split++
  return 0
}

/** Seconds of the epoch. */
export const wholeSecond = (): number => split

/** `2023-11-14T22:13:20` */
export function secondText(): string {
  if (split !== second) {
    second = split
    text = new Date(second * 1000).toISOString().slice(0, -5)
  }
  return text
}
