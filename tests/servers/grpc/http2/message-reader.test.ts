import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { MessageReader } from '../../../../lib/servers/grpc/http2/message-reader.ts'

interface Heard {
  readonly got: [string, boolean][]
  readonly faults: string[]
}

function reader(mostBytes = -1): { reader: MessageReader; heard: Heard } {
  const heard: Heard = { got: [], faults: [] }
  return {
    heard,
    reader: new MessageReader({
      mostBytes,
      room: Buffer.allocUnsafeSlow,
      arrived: (bytes, compressed) => heard.got.push([Buffer.from(bytes).toString('latin1'), compressed]),
      tooLarge: (length) => heard.faults.push(`large ${length}`),
      badFlag: (flag) => heard.faults.push(`flag ${flag}`),
    }),
  }
}

function framed(text: string, flag: number): Buffer {
  const head = Buffer.alloc(5)
  head[0] = flag
  head.writeUInt32BE(text.length, 1)
  return Buffer.concat([head, Buffer.from(text, 'latin1')])
}

const items = fc.array(fc.tuple(fc.string({ unit: fc.constantFrom(...'abc\u00ff'), maxLength: 40 }), fc.boolean()))

test('finds the messages however the bytes are cut', () => {
  fc.assert(
    fc.property(items, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (list, cuts) => {
      const whole = Buffer.concat(list.map(([text, packed]) => framed(text, packed ? 1 : 0)))
      const { reader: one, heard } = reader()
      for (let at = 0, i = 0; at < whole.length; i++) {
        const end = Math.min(whole.length, at + cuts[i % cuts.length]!)
        // Pieces lie somewhere in what was read.
        one.push(Buffer.concat([Buffer.from('##'), whole.subarray(at, end), Buffer.from('#')]), 2, 2 + end - at)
        at = end
        expect(one.within).toBe(at < whole.length ? one.within : false)
      }
      expect(heard).toEqual({ got: list, faults: [] })
    }),
  )
})

test('a message that is announced large is believed as far as it comes', () => {
  const { reader: one, heard } = reader()
  const whole = framed('x'.repeat(9_000_000), 0)
  for (let at = 0; at < whole.length; at += 1_000_000) one.push(whole, at, Math.min(whole.length, at + 1_000_000))
  expect(heard.got.map(([text]) => text.length)).toEqual([9_000_000])
  const before = process.memoryUsage().rss
  const head = Buffer.from([0, 0xff, 0xff, 0xff, 0xff])
  for (let i = 0; i < 50; i++) reader().reader.push(head, 0, 5)
  expect(process.memoryUsage().rss - before).toBeLessThan(1e9)
})

test('nothing is read beyond a message that is too large, or of no kind', () => {
  for (const [flag, text, fault] of [
    [0, 'abcd', 'large 4'],
    [2, 'ab', 'flag 2'],
  ] as const) {
    for (const cut of [3, 5, 6]) {
      const { reader: one, heard } = reader(3)
      const whole = Buffer.concat([framed('abc', 0), framed(text, flag), framed('a', 0)])
      one.push(whole, 0, 8 + cut)
      one.push(whole, 8 + cut, whole.length)
      expect(heard).toEqual({ got: [['abc', false]], faults: [fault] })
      expect(one.within).toBe(false)
    }
  }
})
