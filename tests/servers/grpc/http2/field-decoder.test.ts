import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { writeNumber, writeText } from '../../../../lib/servers/grpc/http2/answer-fields.ts'
import { FieldDecoder } from '../../../../lib/servers/grpc/http2/field-decoder.ts'
import { ConnectionFault } from '../../../../lib/servers/grpc/http2/protocol.ts'

const FAR = 1 << 20
const read = (decoder: FieldDecoder, hex: string): string[] => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  decoder.read(bytes, 0, bytes.length)
  return decoder.names.map((name, i) => `${name}: ${decoder.values[i]}`)
}

const FIRST = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com']
const SECOND = [...FIRST, 'cache-control: no-cache']
const THIRD = [
  ':method: GET',
  ':scheme: https',
  ':path: /index.html',
  ':authority: www.example.com',
  'custom-key: custom-value',
]

// RFC 7541, C.3 and C.4: the second and third block refer to what the first ones have put into the table.
test.each([
  [
    'plain',
    '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
    '8286 84be 5808 6e6f 2d63 6163 6865',
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
  ],
  [
    'Huffman',
    '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
    '8286 84be 5886 a8eb 1064 9cbf',
    '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
  ],
])('reads the blocks of the standard, %s', (_, first, second, third) => {
  const decoder = new FieldDecoder(FAR)
  expect([read(decoder, first), read(decoder, second), read(decoder, third)]).toEqual([FIRST, SECOND, THIRD])
})

test.each([
  ['80', 'index 0'],
  ['be', 'an index beyond the table'],
  ['7f80808080800f', 'a number beyond all measure'],
  ['7fffffffffffffff', 'a number without an end'],
  ['7f8080', 'a number that is cut off'],
  ['ff', 'an index that is cut off'],
  ['40', 'a field without texts'],
  ['400a6375', 'a text that is cut off'],
  ['00 82 1fff 00', 'a text not in the Huffman code'],
  ['3fe21f', 'a table of 4097 bytes'],
  ['82 20', 'a size of the table within the block'],
])('%s ends the connection: %s', (hex) => {
  const fault = (() => {
    try {
      read(new FieldDecoder(FAR), hex)
    } catch (error) {
      return error
    }
    return undefined
  })()
  expect(fault).toBeInstanceOf(ConnectionFault)
  expect((fault as ConnectionFault).code).toBe(9)
})

test('a list beyond the limit is told, and the table goes on', () => {
  const decoder = new FieldDecoder(100)
  expect(read(decoder, '4003 6161 6103 6262 62')).toEqual(['aaa: bbb'])
  expect(read(decoder, 'bebe bebe 4001 6301 64')).toEqual(['aaa: bbb', 'aaa: bbb'])
  expect(decoder.tooLong).toBe(true)
  expect(read(decoder, 'be')).toEqual(['c: d'])
  expect(decoder.tooLong).toBe(false)
})

/** A table kept in the plainest way, to compare with. */
class PlainTable {
  entries: [string, string][] = []
  most = 4096
  add(name: string, value: string) {
    this.entries.unshift([name, value])
    this.trim()
  }
  trim() {
    const size = () => this.entries.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0)
    while (size() > this.most) this.entries.pop()
  }
}

const text = fc.string({ unit: fc.constantFrom(...'abc-:/ é\u00ff'), maxLength: 60 })
const operation = fc.oneof(
  fc.record({ kind: fc.constantFrom('keep', 'literal', 'never'), name: text, value: text }),
  fc.record({ kind: fc.constant('known'), index: fc.nat({ max: 200 }) }),
  fc.record({ kind: fc.constantFrom('named', 'namedKeep'), index: fc.nat({ max: 200 }), value: text }),
)
const blocks = fc.array(
  fc.record({ resize: fc.option(fc.nat({ max: 4096 })), operations: fc.array(operation, { maxLength: 12 }) }),
  { maxLength: 12 },
)

test('reads what any encoder may write, table and all', () => {
  fc.assert(
    fc.property(blocks, (list) => {
      const decoder = new FieldDecoder(FAR)
      const model = new PlainTable()
      const out = Buffer.alloc(64 * 1024)
      for (const { resize, operations } of list) {
        let end = 0
        const expected: [string, string][] = []
        if (resize !== null) {
          end = writeNumber(out, end, resize, 5, 0x20)
          model.most = resize
          model.trim()
        }
        for (const one of operations) {
          if ('name' in one) {
            const keep = one.kind === 'keep'
            out[end++] = keep ? 0x40 : one.kind === 'never' ? 0x10 : 0
            end = writeText(out, writeText(out, end, one.name), one.value)
            expected.push([one.name, one.value])
            if (keep) model.add(one.name, one.value)
          } else if (model.entries.length > 0) {
            const slot = one.index % model.entries.length
            const entry = model.entries[slot]!
            if (!('value' in one)) {
              end = writeNumber(out, end, 62 + slot, 7, 0x80)
              expected.push(entry)
            } else {
              const keep = one.kind === 'namedKeep'
              end = writeText(out, writeNumber(out, end, 62 + slot, keep ? 6 : 4, keep ? 0x40 : 0), one.value)
              expected.push([entry[0], one.value])
              if (keep) model.add(entry[0], one.value)
            }
          }
        }
        decoder.read(out, 0, end)
        expect(decoder.names.map((name, i) => [name, decoder.values[i]])).toEqual(expected)
        expect(decoder.table.count).toBe(model.entries.length)
      }
    }),
  )
})
