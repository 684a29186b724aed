/** Whole numbers of more digits than a number holds: an id of 19 digits would arrive as another one. Texts keep them. */

/** A text, which is passed over, or a whole number of 16 digits and more. */
const LONG_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+])-?\d{16,}(?![\d.eE])/g

export interface LostDigits {
  /** As it is written. */
  readonly written: string
  /** Keys and numbers that lead to it. */
  readonly path: readonly (string | number)[]
}

/** Whether `value`, read from `written`, is another number than is written there. As it would be written itself it is none. */
export function losesDigits(written: string, value: number): boolean {
  if (Number.isSafeInteger(value) || !Number.isInteger(value)) return false
  return BigInt(written) !== BigInt(value) && String(value) !== written
}

/**
 * The first whole number in `value` that is not what is written in `text`, the JSON that it was read from; null: there is
 * none. The text is looked at only when there are numbers beyond 2⁵³.
 */
export function findLostDigits(text: string, value: unknown): LostDigits | null {
  let known: Map<number, string> | null = null
  // Filled on the way back, so that what is nested deep and fine costs no more than a look.
  const way: (string | number)[] = []
  const find = (one: unknown): string | null => {
    if (typeof one === 'number') {
      if (Number.isSafeInteger(one) || !Number.isInteger(one)) return null
      known ??= lostIn(text)
      return known.get(one) ?? null
    }
    if (typeof one !== 'object' || one === null) return null
    for (const [key, item] of Array.isArray(one) ? one.entries() : Object.entries(one)) {
      if (typeof item !== 'number' && typeof item !== 'object') continue
      const written = find(item)
      if (written === null) continue
      way.push(key)
      return written
    }
    return null
  }
  const written = find(value)
  return written === null ? null : { written, path: way.reverse() }
}

/** By what they are read as. */
function lostIn(text: string): Map<number, string> {
  const found = new Map<number, string>()
  for (const [token] of text.matchAll(LONG_INTEGER)) {
    if (token.startsWith('"') || !losesDigits(token, Number(token))) continue
    found.set(Number(token), token)
  }
  return found
}
