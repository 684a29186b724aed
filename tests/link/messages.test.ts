/** The payloads of calls and answers survive the way over the link. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  type AnswerMessage,
  type CallMessage,
  type ControlMessage,
  decodeAnswer,
  decodeCall,
  decodeControl,
  encodeAnswer,
  encodeCall,
  encodeControl,
} from '../../lib/link/messages.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
/** Well-formed text: a lone surrogate has no UTF-8. */
const words = fc.string({ unit: 'grapheme', maxLength: 40 })

const call: fc.Arbitrary<CallMessage> = fc.record({
  endpoint: words,
  trace: words,
  deadline: fc.double({ noNaN: true, min: 0, max: 1e15 }),
  parameters: bytes,
  branches: fc.array(fc.record({ name: words, data: bytes }), { maxLength: 5 }),
  stream: fc.boolean(),
})

const answer: fc.Arbitrary<AnswerMessage> = fc.record({
  failed: fc.boolean(),
  unchanged: fc.boolean(),
  extra: bytes,
  data: bytes,
})

/** The parts as the receiver gets them: joined, somewhere within a larger read. */
function arrived(parts: readonly Uint8Array[], offset: number): Uint8Array {
  const joined = Buffer.concat(parts)
  const read = new Uint8Array(offset + joined.length + 7)
  read.set(joined, offset)
  return read.subarray(offset, offset + joined.length)
}

test('a call comes back as it went, wherever it lies in a read', () => {
  fc.assert(
    fc.property(call, fc.nat(9), (message, offset) => {
      const decoded = decodeCall(arrived(encodeCall(message), offset))
      const branches = decoded.branches.map(({ name, data }) => ({ name, data: new Uint8Array(data) }))
      const plain: CallMessage = { ...decoded, parameters: new Uint8Array(decoded.parameters), branches }
      expect(plain).toEqual(message)
    }),
  )
})

test('an answer comes back as it went', () => {
  fc.assert(
    fc.property(answer, fc.nat(9), (message, offset) => {
      const decoded = decodeAnswer(arrived(encodeAnswer(message), offset))
      const plain: AnswerMessage = {
        ...decoded,
        extra: new Uint8Array(decoded.extra),
        data: new Uint8Array(decoded.data),
      }
      expect(plain).toEqual(message)
    }),
  )
})

test('data is passed on as it is, not copied', () => {
  const data = new Uint8Array(10)
  expect(encodeAnswer({ failed: false, unchanged: false, extra: new Uint8Array(0), data })).toContain(data)
  const parts = encodeCall({ endpoint: '/', trace: '', deadline: 0, parameters: data, branches: [{ name: 'a', data }] })
  expect(parts.filter((part) => part === data)).toHaveLength(2)
})

test('control messages keep every field', () => {
  const message: ControlMessage = {
    kind: 'failed',
    step: 'load',
    failure: { code: 'MODULE_FAILED', message: 'Unerwartetes „}“', where: 'exec.ts:3:1' },
    files: ['/exec.ts'],
  }
  expect(decodeControl(encodeControl(message))).toEqual(message)
})
