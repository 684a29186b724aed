import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { decodeStatus, encodeStatus } from '../../lib/wire/status.ts'
import { decode } from './oracle.ts'

const text = fc.string({ unit: 'binary', maxLength: 300 })

test('encodeStatus writes what another protobuf reads, and decodeStatus reads it back', () => {
  fc.assert(
    fc.property(text, fc.array(text), fc.array(text), text, text, (name, args, stacks, executor, description) => {
      const bytes = encodeStatus({ name, args, stacks, executor, description })
      const status = decodeStatus(bytes)
      expect(status).toEqual({ code: 1, description, exception: { name, args, stacks, executor } })
      const oracle = decode('jina.StatusProto', bytes) as { code: number; exception: { args?: string[] } }
      expect([oracle.code, oracle.exception.args ?? []]).toEqual([1, args])
    }),
  )
})

test('no bytes are a success', () => {
  expect(decodeStatus(new Uint8Array(0))).toEqual({ code: 0, description: '', exception: null })
})

test('malformed bytes are told', () => {
  expect(() => decodeStatus(Uint8Array.from([0x12, 0x09]))).toThrow('the status is malformed')
})
