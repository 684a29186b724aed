import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { FrameReader } from '../../../../lib/servers/grpc/http2/frame-reader.ts'
import { frame } from './peer.ts'

function reader(wanted: (stream: number) => boolean = () => true): { reader: FrameReader; heard: string[] } {
  const heard: string[] = []
  let content = ''
  return {
    heard,
    reader: new FrameReader({
      frame: (type, flags, stream, bytes, from, to) =>
        heard.push(`${type} ${flags} ${stream} ${bytes.toString('latin1', from, to)}`),
      dataBegin(stream, length, plain, ends) {
        heard.push(`begin ${stream} ${length} ${plain} ${ends}`)
        content = ''
        return wanted(stream)
      },
      data(bytes, from, to) {
        content += bytes.toString('latin1', from, to)
      },
      dataEnd: (ends) => heard.push(`end ${content} ${ends}`),
    }),
  }
}

const text = fc.string({ unit: fc.constantFrom(...'ab\u00ff'), maxLength: 40 })
const frames = fc.array(
  fc.oneof(
    fc.record({ type: fc.integer({ min: 1, max: 255 }), flags: fc.nat(255), stream: fc.nat(2 ** 31 - 1), text }),
    fc.record({
      type: fc.constant(0),
      stream: fc.nat(100),
      text,
      padding: fc.option(fc.nat(20)),
      ends: fc.boolean(),
    }),
  ),
)

test('finds the frames however the bytes are cut; DATA without its padding, and only where it is wanted', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (list, cuts) => {
      const expected: string[] = []
      const wanted = (stream: number) => stream % 3 !== 0
      const whole = Buffer.concat(
        list.map((one) => {
          if (!('padding' in one)) {
            expected.push(`${one.type} ${one.flags} ${one.stream} ${one.text}`)
            return frame(one.type, one.flags, one.stream, Buffer.from(one.text, 'latin1'))
          }
          const content = Buffer.from(one.text, 'latin1')
          const { padding } = one
          const payload =
            padding === null ? content : Buffer.concat([Buffer.from([padding]), content, Buffer.alloc(padding)])
          expected.push(`begin ${one.stream} ${payload.length} ${content.length} ${one.ends}`)
          if (wanted(one.stream)) expected.push(`end ${one.text} ${one.ends}`)
          return frame(0, (padding === null ? 0 : 8) | (one.ends ? 1 : 0), one.stream, payload)
        }),
      )
      const { reader: one, heard } = reader(wanted)
      for (let at = 0, i = 0; at < whole.length; i++) {
        const end = Math.min(whole.length, at + cuts[i % cuts.length]!)
        one.read(Buffer.from(whole.subarray(at, end)))
        at = end
      }
      expect(heard).toEqual(expected)
      expect(one.partial).toBe(false)
      expect(one.count).toBe(list.length)
    }),
  )
})

test.each([
  ['a frame beyond the limit', frame(1, 4, 1, Buffer.alloc(16_385)), 6],
  ['DATA without its padding length', frame(0, 8, 1), 6],
  ['DATA with more padding than payload', frame(0, 8, 1, Buffer.from([5, 1, 2])), 1],
])('%s is a fault', (_, bytes, code) => {
  expect(() => reader().reader.read(bytes)).toThrow(expect.objectContaining({ code }))
})
