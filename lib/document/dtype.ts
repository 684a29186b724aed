/** numpy's names of element types, and the typed arrays that hold them. */

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float16Array
  | Float32Array
  | Float64Array

type Construct = {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray
  readonly BYTES_PER_ELEMENT: number
}

const KINDS: Readonly<Record<string, Construct>> = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f2: Float16Array,
  f4: Float32Array,
  f8: Float64Array,
}

export interface ElementType {
  /** Little endian, as we hold and write it: `<f4`, `|u1`. */
  readonly name: string
  readonly construct: Construct
  readonly bytes: number
  /** The bytes come most significant first. */
  readonly swapped: boolean
}

/** undefined for types that a typed array cannot hold: complex, text, object, dates. */
export function parseElementType(name: string): ElementType | undefined {
  const [, order = '', kind = ''] = /^([<>=|]?)([a-z]\d+)$/.exec(name) ?? []
  const construct = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!construct) return undefined
  const bytes = construct.BYTES_PER_ELEMENT
  return { name: (bytes === 1 ? '|' : '<') + kind, construct, bytes, swapped: order === '>' && bytes > 1 }
}

/** The element type of a typed array; undefined for what is none that we carry (DataView, Uint8ClampedArray is `|u1`). */
export function elementTypeOf(array: unknown): string | undefined {
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return '|u1'
  if (array instanceof Float32Array) return '<f4'
  if (array instanceof Float64Array) return '<f8'
  if (array instanceof Int32Array) return '<i4'
  if (array instanceof BigInt64Array) return '<i8'
  if (array instanceof Int8Array) return '|i1'
  if (array instanceof Int16Array) return '<i2'
  if (array instanceof Uint16Array) return '<u2'
  if (array instanceof Uint32Array) return '<u4'
  if (array instanceof BigUint64Array) return '<u8'
  if (array instanceof Float16Array) return '<f2'
  return undefined
}

/** Reverses the bytes of each element, in place; `size` is 2, 4 or 8. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (size === 2) view.swap16()
  else if (size === 4) view.swap32()
  else view.swap64()
}
