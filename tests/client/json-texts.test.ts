import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { elements, type JsonText, lines } from '../../lib/client/json-texts.ts'

/** The bytes in pieces of these lengths, in turn. */
async function* inPieces(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text)
  const buffer = new Uint8Array(64)
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    const piece = bytes.subarray(at, at + size)
    // One buffer for all, as a reader of files may do it.
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
    at += size
  }
}

async function all(texts: AsyncIterable<JsonText>): Promise<[string, number, number][]> {
  const out: [string, number, number][] = []
  for await (const { bytes, line, column } of texts) out.push([Buffer.from(bytes).toString(), line, column])
  return out
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 })

test('lines() leaves out empty ones and counts them', async () => {
  expect(await all(lines(inPieces('\uFEFF{"a":1}\r\n\n  \n"ü"\nlast', [3])))).toEqual([
    ['{"a":1}\r', 1, 1],
    ['"ü"', 4, 1],
    ['last', 5, 1],
  ])
  expect(await all(lines(inPieces('', [1])))).toEqual([])
})

test('lines() finds every line however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json(), { maxLength: 8 }), sizes, async (values, cut) => {
      const found = await all(lines(inPieces(values.join('\n'), cut)))
      expect(found.map(([text]) => text)).toEqual(values)
      expect(found.map(([, line]) => line)).toEqual(values.map((_, i) => i + 1))
    }),
  )
})

test('elements() finds every element of a list however the bytes are cut, and where it begins', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { maxLength: 6 }),
      fc.constantFrom(undefined, 2),
      sizes,
      async (values, indent, cut) => {
        const json = JSON.stringify(values, null, indent)
        const found = await all(elements(inPieces(json, cut)))
        expect(found.map(([text]) => JSON.parse(text))).toEqual(JSON.parse(json))
        for (const [text, line, column] of found) {
          const start = Buffer.from(json.split('\n')[line - 1]!).subarray(column - 1)
          expect(start.toString()).toStartWith(text.split('\n')[0]!)
        }
      },
    ),
  )
})

test.each([
  ['{"a": [1, 2]}', ['{"a": [1, 2]}']],
  ['  [] ', []],
  ['"x"', ['"x"']],
])('elements() of %p', async (json, expected) => {
  expect((await all(elements(inPieces(json, [2])))).map(([text]) => text.trim())).toEqual(expected)
})

test.each(['[1', '[1,]', '[,1]', '[1] 2', '[{"a": 1]', '[1 2]', '[', '{"a": 1', '["x]', '[1]]', '[}'])(
  'elements() of the broken %p has a text that is no JSON, or a stray one',
  async (json) => {
    const wrong: string[] = []
    for await (const { bytes, isStray } of elements(inPieces(json, [2]))) {
      const text = Buffer.from(bytes).toString()
      if (isStray || !isJson(text)) wrong.push(text)
    }
    expect(wrong).not.toEqual([])
  },
)
