/** A dense array of numbers with shape and element type: a typed-array view, row by row (C order). */

import { XserveError } from '../errors.ts'
import { elementTypeOf, parseElementType, type TypedArray } from './dtype.ts'
import { hasFloat } from './float-lists.ts'
import { isKeepingFloats, wholeFloat } from './whole-floats.ts'

/** What may be assigned to `tensor` and `embedding`. */
export type TensorInput =
  | Tensor
  | TypedArray
  | NestedNumbers
  | { readonly data: TypedArray; readonly shape: readonly number[]; readonly dtype?: string }

export type NestedNumbers = number | boolean | readonly NestedNumbers[]
/** Nested lists as `toArray` gives them; 64-bit integers are bigint. */
export type NestedValues = number | bigint | boolean | NestedValues[]

/** More lists without an element are refused: a few bytes must not ask for all memory. */
const MAX_EMPTY_LISTS = 1_000_000

/** Numbers in rows and columns as a document holds them. */
export class Tensor {
  /** Elements in row-major order; changes in place count. Booleans are 0 and 1. */
  readonly data: TypedArray
  /** Lengths of the axes; [] for a single number. */
  readonly shape: readonly number[]
  /** numpy's name of the element type, little endian: `<f4`, `|u1`, `|b1`. */
  readonly dtype: string

  /** Throws XserveError BAD_TENSOR when shape, length and type do not fit together. */
  constructor(data: TypedArray, shape: readonly number[] = [data.length], dtype = elementTypeOf(data) ?? '') {
    const type = parseElementType(dtype)
    if (!type || elementTypeOf(data) === undefined)
      throw bad(`a tensor cannot hold elements of type ${JSON.stringify(dtype)}`)
    if (type.bytes !== data.BYTES_PER_ELEMENT) throw bad(`elements of ${data.BYTES_PER_ELEMENT} bytes are no ${dtype}`)
    for (const length of shape) {
      if (!Number.isInteger(length) || length < 0 || length > 0xffffffff)
        throw bad(`a shape cannot have the length ${length}`)
    }
    const size = shape.reduce((product, length) => product * length, 1)
    if (size !== data.length) throw bad(`shape [${shape.join(', ')}] needs ${size} elements, there are ${data.length}`)
    this.data = data
    this.shape = shape
    this.dtype = type.name
  }

  /** Length of the first axis; 0 for a single number. */
  get length(): number {
    return this.shape[0] ?? 0
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length
  }

  /** One element by its place on each axis; undefined outside. */
  at(...place: number[]): number | bigint | undefined {
    if (place.length !== this.shape.length) return undefined
    let index = 0
    for (const [axis, length] of this.shape.entries()) {
      const here = place[axis]! < 0 ? place[axis]! + length : place[axis]!
      if (here < 0 || here >= length) return undefined
      index = index * length + here
    }
    return this.data[index]
  }

  /** A new tensor of the same shape and element type. */
  // biome-ignore lint/suspicious/noExplicitAny: a number, or a bigint where elements have 64 bits; `x => x * 2` must need no cast
  map(convert: (value: any, index: number) => number | bigint): Tensor {
    const data = this.data.slice()
    for (let i = 0; i < data.length; i++) data[i] = convert(data[i], i)
    return new Tensor(data, this.shape, this.dtype)
  }

  /** The elements in row-major order. */
  [Symbol.iterator](): IterableIterator<number | bigint> {
    return this.data[Symbol.iterator]() as IterableIterator<number | bigint>
  }

  /** Nested lists, one level an axis; booleans as such. */
  toArray(): NestedValues {
    const { data, shape } = this
    // [1000000000, 0] has no element, yet a thousand million lists.
    if (
      data.length === 0 &&
      shape.slice(0, shape.indexOf(0)).reduce((lists, length) => lists * length, 1) > MAX_EMPTY_LISTS
    ) {
      throw bad(`shape [${shape.join(', ')}] would be more than ${MAX_EMPTY_LISTS} empty lists`)
    }
    const boolean = this.dtype === '|b1'
    let next = 0
    const build = (axis: number): NestedValues => {
      if (axis === shape.length) {
        const value = data[next++]!
        return boolean ? value !== 0 : value
      }
      return Array.from({ length: shape[axis]! }, () => build(axis + 1))
    }
    return build(0)
  }

  /** Nested lists; integers beyond 2^53 as text, NaN and infinities as null, since JSON has no others. */
  toJSON(): unknown {
    const isWhole = isKeepingFloats() && this.dtype[1] === 'f' && (this.data as Float64Array).every(Number.isInteger)
    return plain(this.toArray(), isWhole ? wholeFloat : undefined)
  }

  /** A tensor of what users write. Nested lists become float64, or int64 when all are integers, as numpy infers. */
  static from(input: TensorInput): Tensor {
    if (input instanceof Tensor) return input
    if (ArrayBuffer.isView(input)) {
      if (elementTypeOf(input) === undefined) throw bad(`${(input as object).constructor.name} is no array of numbers`)
      return new Tensor(input)
    }
    if (typeof input === 'object' && input !== null && 'data' in input && ArrayBuffer.isView(input.data)) {
      return new Tensor(input.data, input.shape, input.dtype ?? elementTypeOf(input.data))
    }
    if (typeof input === 'number' || typeof input === 'boolean' || Array.isArray(input))
      return fromNested(input as NestedNumbers)
    throw bad(`${typeof input === 'object' ? (input as object | null)?.constructor.name : typeof input} is no tensor`)
  }
}

function plain(value: NestedValues, float?: (value: number) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => plain(item, float))
  if (float !== undefined && typeof value === 'number') return float(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  return typeof value === 'number' && !Number.isFinite(value) ? null : value
}

function fromNested(input: NestedNumbers): Tensor {
  const shape: number[] = []
  for (let level: NestedNumbers | undefined = input; Array.isArray(level); level = (level as NestedNumbers[])[0]) {
    shape.push(level.length)
  }
  const flat: (number | boolean)[] = []
  let float = false
  const collect = (value: NestedNumbers | undefined, axis: number): void => {
    if (Array.isArray(value)) {
      if (value.length !== shape[axis])
        throw bad(`the lists are of unequal length: ${value.length} beside ${shape[axis]}`)
      if (axis === shape.length - 1) float ||= hasFloat(value)
      for (const item of value as NestedNumbers[]) collect(item, axis + 1)
    } else if ((typeof value === 'number' || typeof value === 'boolean') && axis === shape.length) flat.push(value)
    else throw bad(`a list of numbers contains ${value === null ? 'null' : typeof value}`)
  }
  collect(input, 0)
  if (flat.length > 0 && flat.every((value) => typeof value === 'boolean')) {
    return new Tensor(Uint8Array.from(flat, Number), shape, '|b1')
  }
  const numbers = flat.map(Number)
  const integers =
    !float && numbers.length > 0 && numbers.every((value) => Number.isSafeInteger(value) && !Object.is(value, -0))
  return integers
    ? new Tensor(BigInt64Array.from(numbers, BigInt), shape)
    : new Tensor(Float64Array.from(numbers), shape)
}

function bad(why: string): XserveError {
  return new XserveError('BAD_TENSOR', why, { hint: 'assign a typed array, a Tensor, or nested lists of numbers' })
}
