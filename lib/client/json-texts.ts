/** Bytes of a file as they come, cut into the texts of single documents: by lines, or at the commas of one long list. */

export interface JsonText {
  readonly bytes: Uint8Array
  /** Line of its first byte, from 1. */
  readonly line: number
  /** Column of its first byte, in bytes from 1. */
  readonly column: number
  /** It stands behind the end of the list, where nothing may. */
  readonly isStray?: boolean
}

const LF = 0x0a
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN = new Set([0x5b, 0x7b])
const CLOSE = new Set([0x5d, 0x7d])
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
const BOM = [0xef, 0xbb, 0xbf]

/** Lines, empty ones left out; a byte order mark at the start is, too. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonText, void, undefined> {
  let line = 1
  let pending: Uint8Array[] = []
  const cut = (end: Uint8Array): JsonText | null => {
    const bytes = pending.length === 0 ? end : Buffer.concat([...pending, end])
    pending = []
    const text = {
      bytes: line === 1 && BOM.every((byte, i) => bytes[i] === byte) ? bytes.subarray(3) : bytes,
      line,
      column: 1,
    }
    line++
    return text.bytes.every(isSpace) ? null : text
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      const text = cut(chunk.subarray(start, end))
      start = end + 1
      if (text) yield text
    }
    // A copy: the reader may use its buffer again.
    if (start < chunk.length) pending.push(chunk.slice(start))
  }
  const last = cut(new Uint8Array(0))
  if (last) yield last
}

/**
 * The elements of a list, or the one value that the text is. Where the text is broken the cuts may be wrong, but every
 * byte is in one of the texts, so that parsing them finds it.
 */
export async function* elements(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<JsonText, void, undefined> {
  const cutter = createCutter()
  for await (const chunk of chunks) {
    for (const text of cutter.push(chunk)) yield text
  }
  yield* cutter.end()
}

function createCutter() {
  let line = 1
  let column = 1
  let depth = 0
  let inString = false
  let escaped = false
  let isList = false
  let begun = false
  let closed = false
  let elements = 0
  let pending: Uint8Array[] = []
  let from: { line: number; column: number } | null = null

  const cut = (end: Uint8Array): JsonText => {
    const place = from ?? { line, column }
    const bytes = pending.length === 0 ? end : Buffer.concat([...pending, end])
    pending = []
    from = null
    elements++
    return { bytes, ...place }
  }

  /** What a byte outside of a string does: 'cut' ends an element before it, 'skip' is between elements. */
  const structure = (byte: number): 'cut' | 'skip' | 'keep' => {
    if (!begun && !isSpace(byte) && !BOM.includes(byte)) {
      begun = true
      if (byte === 0x5b) {
        isList = true
        return 'skip'
      }
    }
    if (byte === QUOTE) inString = true
    else if (OPEN.has(byte)) depth++
    else if (CLOSE.has(byte)) {
      if (isList && depth === 0 && byte === 0x5d && !closed) {
        closed = true
        // `[]` has no element; `[1,]` has an empty one, which parsing refuses.
        return from || elements > 0 ? 'cut' : 'skip'
      }
      depth--
    } else if (byte === COMMA && isList && depth === 0) return 'cut'
    if (from) return 'keep'
    return isSpace(byte) || (!begun && BOM.includes(byte)) ? 'skip' : 'keep'
  }

  const step = (byte: number): 'cut' | 'skip' | 'keep' => {
    if (!inString) return structure(byte)
    if (escaped) escaped = false
    else if (byte === BACKSLASH) escaped = true
    else if (byte === QUOTE) inString = false
    return 'keep'
  }

  return {
    push(chunk: Uint8Array): JsonText[] {
      const texts: JsonText[] = []
      let start = 0
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i]!
        const action = step(byte)
        if (action === 'cut') texts.push(cut(from ? chunk.subarray(start, i) : new Uint8Array(0)))
        else if (action === 'keep' && !from) {
          from = { line, column }
          start = i
        }
        if (byte === LF) {
          line++
          column = 1
        } else column++
      }
      if (from) pending.push(chunk.slice(start))
      return texts
    },
    /** The last value, or what is left behind of a list that was not closed or goes on behind its end. */
    end(): JsonText[] {
      const texts: JsonText[] = []
      if (from) texts.push({ ...cut(new Uint8Array(0)), isStray: closed })
      // A list that was not closed lacks something: an empty text says so.
      if (isList && !closed) texts.push(cut(new Uint8Array(0)))
      return texts
    },
  }
}
