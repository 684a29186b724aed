/** JSON written to bytes: what JSON.stringify says, one answer behind the other, none changed by the next. */
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { JsonText } from '../../lib/document/json-text.ts'

const any = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string({ minLength: 600, maxLength: 2000 }))

test('texts are written as JSON.stringify writes them, from texts and from bytes', () => {
  const out = new JsonText()
  fc.assert(
    fc.property(any, (value) => {
      const bytes = Buffer.from(`__${value}__`)
      out.begin().ascii('[')
      out.quoted(value)
      out.ascii(',')
      out.quotedBytes(bytes, 2, bytes.length - 2)
      out.ascii(']')
      expect(JSON.parse(out.text())).toEqual([value.toWellFormed(), value.toWellFormed()])
      out.begin().json(JSON.stringify(value))
      expect(out.text()).toBe(JSON.stringify(value))
    }),
  )
})

test('bytes that were taken stay as they are, also those of a huge answer', () => {
  const out = new JsonText()
  const lengths = [10, 5000, 5000, 5000, 5000, 3, 200_000, 7, 17_000, 7]
  const taken = lengths.map((length, i) => {
    out.begin().ascii('left by somebody who threw')
    out.begin()
    for (let left = length; left > 0; left -= 1000) out.ascii(String(i).repeat(Math.min(left, 1000)))
    return out.take()
  })
  expect(taken.map((bytes) => bytes.length)).toEqual(lengths)
  for (const [i, bytes] of taken.entries()) expect(bytes.every((byte) => byte === 48 + i)).toBe(true)
  expect(Math.max(...taken.filter((bytes) => bytes.length < 6000).map((bytes) => bytes.buffer.byteLength))).toBe(65_536)
})

test('numbers have their zeros', () => {
  const out = new JsonText().begin()
  for (const value of [0, 7, 123_456, 999_999]) out.digits(value, 6)
  expect(out.text()).toBe('000000000007123456999999')
})

test('answers that are given back make room for others, the rest stay as they are', () => {
  const out = new JsonText()
  const step = fc.record({ length: fc.nat(6000), back: fc.nat(10), halfway: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const kept: { readonly bytes: Uint8Array; readonly text: string }[] = []
      for (const [i, { length, back, halfway }] of steps.entries()) {
        const [first, second] = [String(i).repeat(length).slice(0, length), `<${i}>`]
        const giveSomeBack = () => {
          for (const { bytes } of kept.splice(0, back)) out.giveBack(bytes)
        }
        out.begin().ascii(first)
        if (halfway) giveSomeBack()
        out.ascii(second)
        kept.push({ bytes: out.take(), text: first + second })
        if (!halfway) giveSomeBack()
        for (const { bytes, text } of kept) expect(Buffer.from(bytes).toString()).toBe(text)
      }
      for (const { bytes } of kept) out.giveBack(bytes)
    }),
  )
})

test('one block is enough for answers that are given back', () => {
  const out = new JsonText()
  const buffers = new Set<ArrayBufferLike>()
  for (let i = 0; i < 1000; i++) {
    out.begin().ascii('x'.repeat(500))
    const bytes = out.take()
    buffers.add(bytes.buffer)
    out.giveBack(bytes)
  }
  expect(buffers.size).toBe(1)
})

test('bytes at hand are copied, and digits written over them', () => {
  const out = new JsonText().begin()
  out.ascii('[')
  const place = out.bytes(Buffer.from('"0000",'))
  out.digitsAt(place + 1, 42, 4)
  out.ascii('1]')
  expect(out.text()).toBe('["0042",1]')
})
