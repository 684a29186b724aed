import { expect, test } from 'bun:test'
import { XserveError } from '../../lib/errors.ts'
import {
  decodeFlowCall,
  decodeFlowFailure,
  encodeFlowCall,
  encodeFlowFailure,
  FLOW_CALL,
} from '../../lib/wire/flow-call.ts'

test.each(Object.entries(FLOW_CALL))('a call of the kind %s', (_, kind) => {
  const request = Uint8Array.of(1, 2, 3)
  expect(decodeFlowCall(Buffer.concat(encodeFlowCall(kind, request)))).toEqual({ kind, request: Buffer.from(request) })
  expect(decodeFlowCall(Buffer.concat(encodeFlowCall(kind))).request).toHaveLength(0)
})

test('another kind is told', () => {
  expect(() => decodeFlowCall(Uint8Array.of(9))).toThrow('something unknown')
  expect(() => decodeFlowCall(new Uint8Array(0))).toThrow('something unknown')
})

test('a failure keeps its code, place and advice; what is no error of the catalogue is INTERNAL', () => {
  const given = new XserveError('UNREACHABLE', 'nobody', { where: 'a:1', hint: 'start it' })
  const error = decodeFlowFailure(encodeFlowFailure(given))
  expect(error).toMatchObject({ code: 'UNREACHABLE', message: 'nobody', details: { where: 'a:1', hint: 'start it' } })
  expect(decodeFlowFailure(encodeFlowFailure(new Error('x'))).code).toBe('INTERNAL')
  const foreign = new TextEncoder().encode('{"code":"toString","message":"m"}')
  expect(decodeFlowFailure(foreign).code).toBe('INTERNAL')
})
