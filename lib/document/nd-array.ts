/** NdArrayProto both ways (Jina facts §1.8): bytes to a Tensor without a copy where alignment allows, and back. */
import { XserveError } from '../errors.ts'
import { Reader } from '../protobuf/reader.ts'
import type { ReverseWriter } from '../protobuf/reverse-writer.ts'
import { type ElementType, parseElementType, swapBytes } from './dtype.ts'
import { Tensor, type TensorInput } from './tensor.ts'

/** A tensor with what its NdArrayProto says besides: who wrote it, and parameters that we do not read. */
export interface NdArray {
  readonly tensor: Tensor
  /** `numpy`, `list`, `torch`, …; Python reads an array without a known name as None. */
  readonly className: string
  /** Struct bytes; null: none. */
  readonly parameters: Uint8Array | null
}

const NUMPY = 'numpy'

function refused(field: string, why: string): XserveError {
  return new XserveError('BAD_TENSOR', `${field} cannot be read: ${why}`, {
    where: field,
    hint: 'a document whose tensor is not touched passes it on unharmed',
  })
}

/** undefined for an array that holds nothing (no bytes and no shape), which peers read as None. Throws BAD_TENSOR, BAD_REQUEST. */
export function readNdArray(bytes: Uint8Array, field: string): NdArray | undefined {
  const reader = new Reader(bytes)
  let dense: Uint8Array | null = null
  let className = ''
  let parameters: Uint8Array | null = null
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) dense = reader.content()
    else if (tag === 0x12) throw refused(field, 'it is a sparse array; only dense ones can be')
    else if (tag === 0x1a) className = reader.text()
    else if (tag === 0x22) parameters = reader.content()
    else reader.skip(tag)
  }
  if (!dense) return undefined
  const tensor = readDense(dense, field)
  return tensor && { tensor, className, parameters }
}

/** DenseNdArrayProto; undefined when it holds nothing. Throws BAD_TENSOR, BAD_REQUEST. */
export function readDense(bytes: Uint8Array, field: string): Tensor | undefined {
  const reader = new Reader(bytes)
  let buffer: Uint8Array = new Uint8Array(0)
  const shape: number[] = []
  let dtype = ''
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) buffer = reader.content()
    else if (tag === 0x12) for (const packed = reader.nested(); !packed.done; ) shape.push(packed.varint())
    else if (tag === 0x10) shape.push(reader.varint())
    else if (tag === 0x1a) dtype = reader.text()
    else reader.skip(tag)
  }
  if (buffer.length === 0 && shape.length === 0) return undefined
  const type = parseElementType(dtype)
  if (!type) throw refused(field, `its element type ${JSON.stringify(dtype)} is none of bool, int, uint and float`)
  const size = shape.reduce((product, length) => product * length, 1)
  if (buffer.length === 0 && size > 0) return zeros(size, shape, type, field)
  if (size * type.bytes !== buffer.length) {
    throw refused(
      field,
      `shape [${shape.join(', ')}] of ${dtype} needs ${size * type.bytes} bytes, there are ${buffer.length}`,
    )
  }
  // Where a view must start is luck inside protobuf; the other half of the cases costs one copy.
  const aligned = buffer.byteOffset % type.bytes === 0 && !type.swapped
  const own = aligned ? buffer : new Uint8Array(buffer)
  if (type.swapped) swapBytes(own, type.bytes)
  return new Tensor(new type.construct(own.buffer, own.byteOffset, size), shape, type.name)
}

/** A shape without bytes means zeros; the limit keeps a few bytes from asking for all memory. */
const MAX_ZEROS_BYTES = 1 << 30

function zeros(size: number, shape: readonly number[], type: ElementType, field: string): Tensor {
  const bytes = size * type.bytes
  if (bytes > MAX_ZEROS_BYTES)
    throw refused(field, `shape [${shape.join(', ')}] without data would be ${bytes} bytes of zeros`)
  return new Tensor(new type.construct(new ArrayBuffer(bytes), 0, size), shape, type.name)
}

/** What was assigned to `tensor` or `embedding`; undefined and null empty it. Throws XserveError BAD_TENSOR. */
export function toNdArray(value: TensorInput | null | undefined): NdArray | undefined {
  if (value === undefined || value === null) return undefined
  const nested = Array.isArray(value) || typeof value === 'number'
  return { tensor: Tensor.from(value), className: nested ? 'list' : NUMPY, parameters: null }
}

/** Writes the field of a document that holds the array. */
export function writeNdArray(writer: ReverseWriter, number: number, array: NdArray): void {
  const { tensor } = array
  const before = writer.length
  if (array.parameters) writer.bytesField(4, array.parameters)
  writer.textField(3, array.className || NUMPY)
  writeDense(writer, 1, tensor)
  writer.close(number, before)
}

/** Writes field `number`, a DenseNdArrayProto. */
export function writeDense(writer: ReverseWriter, number: number, tensor: Tensor): void {
  const before = writer.length
  writer.textField(3, tensor.dtype)
  if (tensor.shape.length > 0) {
    const shapeBefore = writer.length
    for (let axis = tensor.shape.length - 1; axis >= 0; axis--) writer.varint(tensor.shape[axis]!)
    writer.close(2, shapeBefore)
  }
  const { data } = tensor
  if (data.byteLength > 0) writer.bytesField(1, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  writer.close(number, before)
}
