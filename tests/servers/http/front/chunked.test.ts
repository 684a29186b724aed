import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ChunkedReader } from '../../../../lib/servers/http/front/chunked.ts'

/** Reads in pieces of the given sizes, in turns. */
function read(bytes: Buffer, sizes: readonly number[]): { data: string; end: number; done: boolean } {
  const reader = new ChunkedReader()
  let data = ''
  let at = 0
  for (let i = 0; at < bytes.length && !reader.done; i++) {
    const piece = bytes.subarray(at, at + sizes[i % sizes.length]!)
    const end = reader.read(piece, 0, (part) => {
      data += Buffer.from(part).toString('latin1')
    })
    if (end === -1) return { data, end: -1, done: false }
    at += end
  }
  return { data, end: at, done: reader.done }
}

test('whatever is cut into chunks comes together, wherever the bytes are cut', () => {
  const chunk = fc.string({ minLength: 1, maxLength: 40 }).map((text) => text.replace(/[^\0-\xff]/g, '?'))
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.array(chunk), sizes, fc.boolean(), (chunks, cuts, extended) => {
      const coded = chunks
        .map((text) => `${text.length.toString(16)}${extended ? ' ;a="b"' : ''}\r\n${text}\r\n`)
        .join('')
      const whole = `${coded}000\r\n${extended ? 'trailer: x\r\nother: y\r\n' : ''}\r\n`
      const result = read(Buffer.from(`${whole}GET /`, 'latin1'), cuts)
      expect(result).toEqual({ data: chunks.join(''), end: whole.length, done: true })
    }),
  )
})

test.each([
  'g\r\n',
  '\r\n',
  ';\r\n',
  '1\n',
  '1\r\naX',
  '1\r\na\rX',
  '1\rX',
  '0\r\na\n',
  '0\r\n\rX',
  '1;\0',
  '1234567890123\r\n',
])('malformed: %j', (text) => {
  expect(read(Buffer.from(text), [1]).end).toBe(-1)
})

test('extensions and trailers without end are given up', () => {
  expect(read(Buffer.from(`1;${'a'.repeat(5000)}`), [4000]).end).toBe(-1)
  expect(read(Buffer.from(`0\r\n${'a: b\r\n'.repeat(2000)}`), [4000]).end).toBe(-1)
})
