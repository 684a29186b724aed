/** Where a text stops being JSON: the engine's own message names no place. Only used once parsing has failed. */

const LITERALS = ['true', 'false', 'null']
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings, so they end the match
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y
const SPACE = /[ \t\r\n]*/y
/** Deeper than this nobody is helped by a column. */
const DEEPEST = 500

/** Offset of the first character that cannot be; the length of the text when it ends too soon. */
export function findJsonError(text: string): number {
  const scan = createScanner(text)
  const problem = scan.value(0)
  return problem ?? scan.rest()
}

function createScanner(text: string) {
  let at = 0
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const space = () => match(SPACE)

  /** null: it was sound, `at` is behind it. */
  const string = (): number | null => {
    if (text[at] !== '"') return at
    match(STRING)
    if (text[at] !== '"') return at
    at++
    return null
  }
  const literal = (): number | null => {
    for (const word of LITERALS) {
      if (!text.startsWith(word, at)) continue
      at += word.length
      return null
    }
    return match(NUMBER) ? null : at
  }
  const entry = (isObject: boolean, depth: number): number | null => {
    if (!isObject) return value(depth + 1)
    const key = string()
    if (key !== null) return key
    space()
    if (text[at] !== ':') return at
    at++
    return value(depth + 1)
  }
  const collection = (close: string, depth: number): number | null => {
    at++
    space()
    if (text[at] === close) {
      at++
      return null
    }
    for (;;) {
      const problem = entry(close === '}', depth)
      if (problem !== null) return problem
      space()
      if (text[at] === close) {
        at++
        return null
      }
      if (text[at] !== ',') return at
      at++
      space()
    }
  }
  const value = (depth: number): number | null => {
    space()
    const first = text[at]
    if (depth > DEEPEST) return at
    if (first === '{') return collection('}', depth)
    if (first === '[') return collection(']', depth)
    return first === '"' ? string() : literal()
  }
  const rest = (): number => {
    space()
    return at
  }
  return { value, rest }
}
