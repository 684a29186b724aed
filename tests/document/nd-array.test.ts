import { expect, test } from 'bun:test'
import { readNdArray, toNdArray, writeNdArray } from '../../lib/document/nd-array.ts'
import type { XserveError } from '../../lib/errors.ts'
import { encodeWith } from '../../lib/protobuf/reverse-writer.ts'
import { encode } from '../wire/oracle.ts'

const TYPE = 'docarray.NdArrayProto'
const dense = (buffer: Uint8Array, shape: number[], dtype: string, more = {}) =>
  encode(TYPE, { dense: { buffer: Buffer.from(buffer), shape, dtype }, cls_name: 'numpy', ...more })
const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

test('values are right wherever the elements begin', () => {
  const message = dense(bytesOf(new Float64Array([1, 2, 3])), [3], '<f8')
  const views: boolean[] = []
  for (let offset = 0; offset < 8; offset++) {
    const room = new Uint8Array(message.length + offset)
    room.set(message, offset)
    const { tensor } = readNdArray(room.subarray(offset), 'tensor')!
    expect([...tensor]).toEqual([1, 2, 3])
    views.push(tensor.data.buffer === room.buffer)
  }
  // One place in eight is aligned: there it is no copy.
  expect(views.filter(Boolean).length).toBe(1)
})

test.each([2, 4, 8])('big endian elements of %d bytes are turned round', (size) => {
  const buffer = new Uint8Array(size * 2)
  buffer[size - 1] = 1
  buffer[size * 2 - 1] = 2
  const { tensor } = readNdArray(dense(buffer, [2], `>i${size}`), 'tensor')!
  expect([tensor.dtype, [...tensor].map(Number)]).toEqual([`<i${size}`, [1, 2]])
})

test('a shape without bytes is zeros; neither is nothing', () => {
  expect(readNdArray(dense(new Uint8Array(0), [2, 2], '<i4'), 'tensor')!.tensor.toArray()).toEqual([
    [0, 0],
    [0, 0],
  ])
  expect(readNdArray(dense(new Uint8Array(0), [3, 0], '<f4'), 'tensor')!.tensor.shape).toEqual([3, 0])
  expect(readNdArray(dense(new Uint8Array(0), [], '<f4'), 'tensor')).toBeUndefined()
  expect(readNdArray(new Uint8Array(0), 'tensor')).toBeUndefined()
})

test('class name and parameters are kept', () => {
  const message = dense(bytesOf(new Float32Array(2)), [2], '<f4', {
    cls_name: 'torch',
    parameters: { fields: { a: { number_value: 1 } } },
  })
  const written = encodeWith((writer) => writeNdArray(writer, 3, readNdArray(message, 'tensor')!))
  expect(Buffer.from(written)).toEqual(Buffer.concat([Buffer.from([0x1a, message.length]), message]))
})

test('what is assigned gets the class name that Python reads', () => {
  expect(toNdArray(new Float32Array(1))?.className).toBe('numpy')
  expect(toNdArray([1])?.className).toBe('list')
  expect([toNdArray(undefined), toNdArray(null)]).toEqual([undefined, undefined])
})

test.each([
  ['sparse', encode(TYPE, { sparse: { shape: [1] } }), 'embedding cannot be read: it is a sparse array'],
  ['complex', dense(new Uint8Array(8), [1], '<c8'), 'its element type "<c8"'],
  ['text', dense(new Uint8Array(4), [1], '<U1'), 'its element type "<U1"'],
  ['object', dense(new Uint8Array(8), [1], '|O'), 'its element type "|O"'],
  ['too few bytes', dense(new Uint8Array(4), [2], '<f4'), 'shape [2] of <f4 needs 8 bytes, there are 4'],
  ['too many zeros', dense(new Uint8Array(0), [1e6, 1e6], '<f4'), 'bytes of zeros'],
])('%s: refused with the field and why', (_, message, why) => {
  try {
    readNdArray(message, 'embedding')
    expect.unreachable()
  } catch (error) {
    expect((error as XserveError).code).toBe('BAD_TENSOR')
    expect((error as XserveError).message).toContain(why)
    expect((error as XserveError).message).toStartWith('embedding')
  }
})
