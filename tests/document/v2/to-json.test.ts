import { expect, test } from 'bun:test'
import { decodeData, encodeData } from '../../../lib/document/data-content.ts'
import { DocumentArray } from '../../../lib/document/document-array.ts'
import { documentOfFields } from '../../../lib/document/v2/from-fields.ts'
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

test('floats have their fraction wherever they stand, integers have none', () => {
  const fields = { id: 'a', ratio: 2.5, count: 3, list: [0.5, 1], deep: { x: [1.5] } }
  const [document] = decodeData(encodeData(new DocumentArray([documentOfFields(fields)]), 'v2'))
  // Fields keep the kind that they came with.
  Object.assign(document!.fields, { ratio: 2, list: [4, 1], deep: { x: [-0] } })
  const bytes = encodeData(new DocumentArray([document!]), 'v2')
  expect(JSON.stringify(dataToNodeJson(bytes))).toBe(
    '[{"id":"a","ratio":2.0,"count":3,"list":[4.0,1],"deep":{"x":[-0.0]}}]',
  )
  expect(decodeData(bytes)[0]!.fields.ratio).toBe(2)
})

test('no documents are no objects', () => {
  expect(dataToNodeJson(new Uint8Array(0))).toEqual([])
  expect(dataToNodeJson(encodeData(new DocumentArray([]), 'v2'))).toEqual([])
})
