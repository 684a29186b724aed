import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { XserveError } from '../../lib/errors.ts'
import { decodeStruct, decodeValue, encodeStruct, encodeValue } from '../../lib/protobuf/struct.ts'
import { decode } from '../wire/oracle.ts'

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 8 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const object = fc.dictionary(fc.string({ maxLength: 8 }), json, { maxKeys: 6, noNullPrototype: true })

/** google.protobuf.Value, as protobufjs shows it, to what it means. */
function meaning(value: Record<string, unknown>): unknown {
  const { structValue, listValue } = rename(value)
  if (structValue) return Object.fromEntries(fieldsOf(structValue).map(([key, item]) => [key, meaning(item)]))
  if (listValue) return ((listValue as { values?: Record<string, unknown>[] }).values ?? []).map(meaning)
  return Object.values(value)[0] === 0 && ('null_value' in value || 'nullValue' in value)
    ? null
    : Object.values(value)[0]
}
const rename = (value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).map(([k, v]) => [k.replace(/_v/, 'V'), v])) as Record<string, unknown>
const fieldsOf = (struct: unknown) =>
  Object.entries((struct as { fields?: Record<string, Record<string, unknown>> }).fields ?? {})

test('what goes in comes out', () => {
  fc.assert(
    fc.property(object, (given) => {
      expect(decodeStruct(encodeStruct(given))).toEqual(given)
    }),
  )
})

// Public case 76.
test('protobufjs reads the same', () => {
  fc.assert(
    fc.property(
      object.filter((given) => !JSON.stringify(given).includes('__proto__')),
      (given) => {
        const struct = decode('google.protobuf.Struct', encodeStruct(given))
        expect(meaning({ structValue: struct })).toEqual(given)
      },
    ),
  )
})

test('a value of any kind', () => {
  for (const value of [
    null,
    true,
    false,
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'ü',
    [],
    [[]],
    {},
    { a: [1] },
  ]) {
    expect(decodeValue(encodeValue(value))).toEqual(value)
  }
  expect(decodeValue(new Uint8Array(0))).toBeNull()
  expect(decodeValue(encodeValue([undefined]))).toEqual([null])
})

test('keys keep their order, undefined members are left out, a repeated key has its last value', () => {
  expect(Object.keys(decodeStruct(encodeStruct({ z: 1, a: 2, m: undefined })))).toEqual(['z', 'a'])
  const twice = Buffer.concat([encodeStruct({ a: 1 }), encodeStruct({ a: 'last' })])
  expect(decodeStruct(twice)).toEqual({ a: 'last' })
})

test('the key __proto__ is a key', () => {
  const given = JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": 1}}') as Record<string, unknown>
  const back = decodeStruct(encodeStruct(given))
  expect(Object.keys(back)).toEqual(['__proto__', 'a'])
  expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
  expect((back as { polluted?: boolean }).polluted).toBeUndefined()
})

test.each([
  ['bigint', { a: { b: [1, 2n] } }, 'a.b[1] is a bigint'],
  ['date', { when: new Date(0) }, 'when is a Date'],
  ['typed array', { v: new Float32Array(1) }, 'v is a Float32Array'],
  ['function', { f: () => 1 }, 'f is a function'],
  ['symbol', { s: Symbol('x') }, 's is a symbol'],
  ['map', { m: new Map() }, 'm is a Map'],
])('a %s is refused by its path', (_, given, message) => {
  expect(() => encodeStruct(given)).toThrow(message)
  expect(() => encodeStruct(given)).toThrow(XserveError)
})

test('too deep nesting is refused both ways', () => {
  const loop: Record<string, unknown> = {}
  loop.self = loop
  expect(() => encodeStruct(loop)).toThrow(/contains itself/)
  const list: unknown[] = []
  list.push(list)
  expect(() => encodeValue(list)).toThrow(/contains itself/)
  let bytes = encodeValue('x')
  for (let i = 0; i < 300; i++) {
    const inner = Buffer.from(bytes)
    // ListValue { values: inner } within Value.
    const length = (size: number) => (size < 128 ? [size] : [(size % 128) | 128, size >> 7])
    const values = Buffer.concat([Buffer.from([0x0a, ...length(inner.length)]), inner])
    bytes = Buffer.concat([Buffer.from([0x32, ...length(values.length)]), values])
  }
  expect(() => decodeValue(bytes)).toThrow(/nested deeper/)
})

test('changed or cut bytes are read or refused, never anything else', () => {
  const bytes = encodeStruct({ a: [1, { b: null, c: 'text' }], d: true, e: 1.5 })
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, end) => {
      const changed = Uint8Array.from(bytes).subarray(0, end)
      if (at < end) changed[at] = value
      try {
        decodeStruct(changed)
      } catch (error) {
        expect(error).toBeInstanceOf(XserveError)
      }
    }),
    { numRuns: 2000 },
  )
})
