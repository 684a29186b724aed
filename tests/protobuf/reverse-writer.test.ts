import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Reader } from '../../lib/protobuf/reader.ts'
import { encodeWith } from '../../lib/protobuf/reverse-writer.ts'

test('what is written can be read, in the opposite order of writing', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.uint8Array({ maxLength: 200 }),
      fc.maxSafeNat(),
      fc.double(),
      (text, blob, number, double) => {
        const bytes = encodeWith((writer) => {
          writer.doubleField(4, double)
          writer.floatField(400, double)
          writer.uintField(3, number)
          writer.bytesField(2, blob)
          writer.textField(1, text)
        })
        const reader = new Reader(bytes)
        expect([reader.tag(), reader.text()]).toEqual([0x0a, text.toWellFormed()])
        expect([reader.tag(), Buffer.from(reader.content())]).toEqual([0x12, Buffer.from(blob)])
        expect([reader.tag(), reader.varint()]).toEqual([0x18, number])
        expect([reader.tag(), reader.float()]).toEqual([400 * 8 + 5, Math.fround(double)])
        expect([reader.tag(), reader.double()]).toEqual([0x21, double])
        expect(reader.done).toBe(true)
      },
    ),
  )
})

test('nested messages have their length, however large', () => {
  for (const size of [0, 127, 128, 20_000, 3_000_000]) {
    const content = new Uint8Array(size).fill(7)
    const bytes = encodeWith((writer) => {
      const before = writer.length
      writer.bytesField(1, content)
      writer.close(2, before)
    })
    const reader = new Reader(bytes)
    expect(reader.tag()).toBe(0x12)
    const nested = reader.nested()
    expect(reader.done).toBe(true)
    nested.tag()
    expect(Buffer.compare(nested.content(), content)).toBe(0)
  }
})

test('an encoding within an encoding does not disturb it, and a failed one leaves nothing', () => {
  const inner = () => encodeWith((writer) => writer.textField(1, 'inner'))
  const wanted = inner()
  let got: Uint8Array | null = null
  const outer = encodeWith((writer) => {
    writer.textField(2, 'b')
    got = inner()
    writer.textField(1, 'a')
  })
  expect(Buffer.from(got!)).toEqual(Buffer.from(wanted))
  expect(Buffer.from(outer).toString('latin1')).toBe('\x0a\x01a\x12\x01b')
  expect(() =>
    encodeWith((writer) => {
      writer.textField(1, 'left over')
      throw new RangeError('no')
    }),
  ).toThrow(RangeError)
  expect(Buffer.from(inner())).toEqual(Buffer.from(wanted))
})
