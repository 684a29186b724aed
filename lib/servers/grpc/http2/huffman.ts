/**
 * The Huffman code of HPACK (RFC 7541 §5.2, appendix B). The code is canonical: the lengths say it all. Decoding goes by
 * half bytes through a table of states, since the shortest code has five bits: one step yields one character at most.
 */

/** Bits of the code of each byte, and last of the end of the string (EOS), as digits to base 32. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f56565666577666567655677777f' +
  'bedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmnlmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu'

const EOS = 256

/** Lengths and codes by byte. */
function buildCodes(): { readonly lengths: Uint8Array; readonly codes: Uint32Array } {
  const lengths = Uint8Array.from(LENGTHS, (digit) => Number.parseInt(digit, 32))
  const codes = new Uint32Array(EOS + 1)
  let code = 0
  let last = 0
  for (const symbol of [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b)) {
    const length = lengths[symbol]!
    code <<= length - last
    last = length
    codes[symbol] = code++
  }
  return { lengths, codes }
}

const { lengths, codes } = buildCodes()

/** An entry of the table: the next state in the low bits, then whether a byte comes out, and which. */
const STATE = 0x1ff
const EMITS = 0x200
const SYMBOL_SHIFT = 10
const INVALID = 0xffff_ffff

/** `steps[state * 16 + half byte]`; a string may end in states that are `ends`: at most seven bits of ones are left over. */
function buildSteps(): { readonly steps: Uint32Array; readonly ends: Uint8Array } {
  // The tree: two children a node; a leaf is -1 - symbol.
  const children: [number, number][] = [[0, 0]]
  const depths = [0]
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let node = 0
    for (let bit = lengths[symbol]! - 1; bit >= 0; bit--) {
      const side = ((codes[symbol]! >>> bit) & 1) as 0 | 1
      if (bit === 0) children[node]![side] = -1 - symbol
      else {
        if (children[node]![side] === 0) {
          depths.push(depths[node]! + 1)
          children[node]![side] = children.push([0, 0]) - 1
        }
        node = children[node]![side]
      }
    }
  }
  const steps = new Uint32Array(children.length * 16)
  for (let state = 0; state < children.length; state++) {
    for (let half = 0; half < 16; half++) steps[state * 16 + half] = step(children, state, half)
  }
  const ends = new Uint8Array(children.length)
  for (let node = 0; node >= 0 && depths[node]! < 8; node = children[node]![1]) ends[node] = 1
  return { steps, ends }
}

function step(children: readonly (readonly [number, number])[], state: number, half: number): number {
  let node = state
  let emitted = 0
  for (let bit = 3; bit >= 0; bit--) {
    const next = children[node]![((half >>> bit) & 1) as 0 | 1]
    if (next >= 0) {
      node = next
      continue
    }
    const symbol = -1 - next
    if (symbol === EOS) return INVALID
    emitted = EMITS | (symbol << SYMBOL_SHIFT)
    node = 0
  }
  return node | emitted
}

let table: ReturnType<typeof buildSteps> | undefined

/** Decoded strings meet here; grown for the longest. */
let scratch = Buffer.allocUnsafeSlow(4096)

/** The text of `bytes` from `from` to `to`, a byte a character; null when it is not in the code. */
export function decodeHuffman(bytes: Uint8Array, from: number, to: number): string | null {
  table ??= buildSteps()
  const { steps, ends } = table
  // Five bits a character at least.
  const most = Math.ceil(((to - from) * 8) / 5)
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(most)
  const out = scratch
  let state = 0
  let length = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    let entry = steps[state * 16 + (byte >>> 4)]!
    if (entry === INVALID) return null
    if ((entry & EMITS) !== 0) out[length++] = entry >>> SYMBOL_SHIFT
    entry = steps[(entry & STATE) * 16 + (byte & 15)]!
    if (entry === INVALID) return null
    if ((entry & EMITS) !== 0) out[length++] = entry >>> SYMBOL_SHIFT
    state = entry & STATE
  }
  return ends[state] === 1 ? out.toString('latin1', 0, length) : null
}

/** Bytes that the text (characters up to 255) takes in the code. */
export function huffmanLength(text: string): number {
  let bits = 0
  for (let i = 0; i < text.length; i++) bits += lengths[text.charCodeAt(i)]!
  return (bits + 7) >>> 3
}

/** Writes the text at `at`; returns where it ends. */
export function encodeHuffman(text: string, out: Uint8Array, at: number): number {
  let position = at
  let held = 0
  let bits = 0
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i)
    const length = lengths[symbol]!
    // Codes of up to 30 bits beside up to 7 held ones: in two halves, so that nothing is lost beyond 32 bits.
    const high = length > 16 ? length - 16 : 0
    if (high > 0) {
      held = (held << high) | (codes[symbol]! >>> 16)
      bits += high
      while (bits >= 8) {
        bits -= 8
        out[position++] = held >>> bits
      }
    }
    const low = length - high
    held = (held << low) | (codes[symbol]! & ((1 << low) - 1))
    bits += low
    while (bits >= 8) {
      bits -= 8
      out[position++] = held >>> bits
    }
  }
  if (bits > 0) out[position++] = (held << (8 - bits)) | (0xff >>> bits)
  return position
}
