import { expect, test } from 'bun:test'
import { encodeData } from '../../../lib/document/data-content.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { dataToNodeJson } from '../../../lib/document/v2/to-json.ts'

const tensorOf = (tensor: Float32Array | Float64Array | Int32Array): string => {
  const text = JSON.stringify(dataToNodeJson(encodeData(new DocumentArray([{ id: 'a', tensor }]), 'v2'))[0])
  return /"tensor":(\[[^\]]*\])/.exec(text)?.[1] ?? text
}

test.each([
  [new Float32Array([1, 0, -2]), '[1.0,0.0,-2.0]'],
  [new Float64Array([1, 0.5]), '[1,0.5]'],
  [new Float64Array([1e21, -0]), '[1e+21,-0.0]'],
  [new Int32Array([1, 2]), '[1,2]'],
])('a reader in Python sees by the text whether they are floats: %p', (tensor, text) => {
  expect(tensorOf(tensor)).toBe(text)
})

test('no documents are no objects', () => {
  expect(dataToNodeJson(new Uint8Array(0))).toEqual([])
  expect(dataToNodeJson(encodeData(new DocumentArray([]), 'v2'))).toEqual([])
})
