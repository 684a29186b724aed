import { expect, test } from 'bun:test'
import { decodeStruct, encodeStruct } from '../../lib/protobuf/struct.ts'
import { mergeResults, withResult } from '../../lib/wire/results.ts'

const request = encodeStruct({ k: 1, __results__: { first: 1 } })

test('withResult() adds to the results of earlier nodes and touches nothing else', () => {
  expect(decodeStruct(withResult(request, 'a/rep-0', { x: 2 }))).toEqual({
    k: 1,
    __results__: { first: 1, 'a/rep-0': { x: 2 } },
  })
  const empty = withResult(new Uint8Array(0), 'a', [1])
  expect(decodeStruct(empty)).toEqual({ __results__: { a: [1] } })
  expect(decodeStruct(withResult(encodeStruct({ __results__: 'no' }), 'a', 1))).toEqual({ __results__: { a: 1 } })
})

test('mergeResults() takes results alone; without any the very bytes of the request stay', () => {
  const changed = encodeStruct({ k: 'changed', __results__: {} })
  expect(mergeResults(request, [request, new Uint8Array(request), new Uint8Array(0), changed])).toBe(request)
  const merged = mergeResults(request, [withResult(request, 'a', 1), encodeStruct({ k: 2, __results__: { b: 2 } })])
  expect(decodeStruct(merged)).toEqual({ k: 1, __results__: { first: 1, a: 1, b: 2 } })
})
