import { expect, test } from 'bun:test'
import { Tensor } from '../../lib/document/tensor.ts'

test('typed arrays are one axis of their type', () => {
  for (const [array, dtype] of [
    [new Uint8Array(2), '|u1'],
    [new Int8Array(2), '|i1'],
    [new Uint16Array(2), '<u2'],
    [new Int16Array(2), '<i2'],
    [new Uint32Array(2), '<u4'],
    [new Int32Array(2), '<i4'],
    [new BigUint64Array(2), '<u8'],
    [new BigInt64Array(2), '<i8'],
    [new Float16Array(2), '<f2'],
    [new Float32Array(2), '<f4'],
    [new Float64Array(2), '<f8'],
  ] as const) {
    const tensor = Tensor.from(array)
    expect([tensor.dtype, tensor.shape, tensor.size, tensor.length]).toEqual([dtype, [2], 2, 2])
    expect(tensor.data).toBe(array)
  }
})

test('nested lists are of the type that numpy infers', () => {
  expect(Tensor.from([[1, 2]]).dtype).toBe('<i8')
  expect(Tensor.from([1, 2.5]).dtype).toBe('<f8')
  expect(Tensor.from([true, false]).dtype).toBe('|b1')
  expect(Tensor.from([]).dtype).toBe('<f8')
  expect(Tensor.from(5).shape).toEqual([])
  expect(Tensor.from([[[1], [2]]]).shape).toEqual([1, 2, 1])
})

test('elements by place, by iteration, as lists', () => {
  const tensor = new Tensor(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3])
  expect([tensor.at(0, 0), tensor.at(1, 2), tensor.at(-1, -3)]).toEqual([1, 6, 4])
  expect([tensor.at(2, 0), tensor.at(0, -4), tensor.at(0)]).toEqual([undefined, undefined, undefined])
  expect([...tensor]).toEqual([1, 2, 3, 4, 5, 6])
  expect(tensor.toArray()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ])
  expect(new Tensor(Uint8Array.of(1, 0), [2], '|b1').toArray()).toEqual([true, false])
  expect(new Tensor(new Float32Array([7]), []).toArray()).toBe(7)
  expect(new Tensor(new Float32Array(0), [2, 0]).toArray()).toEqual([[], []])
})

test.each([
  ['a shape that does not fit', () => new Tensor(new Float32Array(3), [2]), 'shape [2] needs 2 elements, there are 3'],
  ['a negative length', () => new Tensor(new Float32Array(0), [-1]), 'a shape cannot have the length -1'],
  ['another element size', () => new Tensor(new Float32Array(1), [1], '<f8'), 'elements of 4 bytes are no <f8'],
  ['a type without a typed array', () => new Tensor(new Float64Array(1), [1], '<c8'), '"<c8"'],
  ['lists of unequal length', () => Tensor.from([[1], [1, 2]]), 'unequal length: 2 beside 1'],
  ['lists of unequal depth', () => Tensor.from([[1], 2]), 'a list of numbers contains number'],
  ['a list with text', () => Tensor.from(['x' as never]), 'a list of numbers contains string'],
  ['a text', () => Tensor.from('x' as never), 'string is no tensor'],
  ['a DataView', () => Tensor.from(new DataView(new ArrayBuffer(1)) as never), 'DataView is no array of numbers'],
  ['a shape of too many empty lists', () => new Tensor(new Float32Array(0), [4e9, 0]).toArray(), 'empty lists'],
])('%s is refused', (_, act, message) => {
  expect(act).toThrow(message)
})

test('map gives a tensor of the same shape and element type', () => {
  const tensor = Tensor.from([
    [1, 2],
    [3, 4],
  ])
  expect(tensor.map((x) => x * 2n).toArray()).toEqual([
    [2n, 4n],
    [6n, 8n],
  ])
  expect(new Tensor(Float32Array.of(1, 2)).map((x, i) => x + i)).toEqual(new Tensor(Float32Array.of(1, 3)))
})
