/** Header blocks and what they say: the one before is remembered, which must not show. */
import { describe, expect, test } from 'bun:test'
import { FieldDecoder } from '../../../../lib/servers/grpc/http2/field-decoder.ts'
import { HeaderReader } from '../../../../lib/servers/grpc/http2/header-reader.ts'
import { block, callFields, echo, later } from './peer.ts'

const METHODS = new Map([
  ['/t.T/Echo', echo],
  ['/t.T/Late', later],
])
const whole = (reader: HeaderReader, bytes: Buffer) => reader.request(bytes, 0, bytes.length)
/** `name: value` put into the table. */
const kept = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0x40, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)])

describe('a block is what it says, whatever came before', () => {
  test('of the same length, with one byte another', () => {
    const reader = new HeaderReader(METHODS)
    const first = block(callFields('/t.T/Echo', [['k', 'a']]))
    expect(whole(reader, first)).toBe(whole(reader, first))
    for (let at = 0; at < first.length; at++) {
      const other = Buffer.from(first)
      other[at] = other[at] === 0x7a ? 0x79 : 0x7a
      const plain = (() => {
        try {
          return whole(new HeaderReader(METHODS), other)
        } catch {
          return null
        }
      })()
      if (plain === null) continue
      whole(reader, first)
      expect(whole(reader, other)).toEqual(plain)
    }
    expect([
      whole(reader, block(callFields('/t.T/Late'))).method,
      whole(reader, block(callFields('/t.T/Echo'))).method,
    ]).toEqual([later, echo])
  })

  test('of the same bytes, with a table that has changed', () => {
    const reader = new HeaderReader(METHODS)
    const [put, other] = ['one', 'two'].map((value) => kept('k', value))
    const refers = Buffer.concat([block(callFields('/t.T/Echo')), Buffer.from([0xbe])])
    const value = (bytes: Buffer) => whole(reader, bytes).values.at(-1)
    expect(value(Buffer.concat([block(callFields('/t.T/Echo')), put!]))).toBe('one')
    expect([value(refers), value(refers)]).toEqual(['one', 'one'])
    // Trailers change the table as well.
    reader.trailers(other!, 0, other!.length)
    expect([value(refers), value(refers)]).toEqual(['two', 'two'])
  })

  test('that puts a field into the table does so each time', () => {
    const reader = new HeaderReader(METHODS)
    const puts = Buffer.concat([block(callFields('/t.T/Echo')), kept('k', 'v')])
    const third = Buffer.concat([block(callFields('/t.T/Echo')), Buffer.from([0xc0])])
    whole(reader, puts)
    whole(reader, puts)
    // Two entries so far: there is no third.
    expect(() => whole(reader, third)).toThrow('no field has the index 64')
    whole(reader, puts)
    expect(whole(reader, third).values.at(-1)).toBe('v')
  })
})

test('a block in parts is the block', () => {
  const bytes = block(callFields('/t.T/Echo', [['k', 'v'.repeat(100)]]))
  const reader = new HeaderReader(METHODS)
  for (const cuts of [[1], [10, 11], [0, 50, 50], [3, 4, 5, 6, 7, 8, 9]]) {
    const edges = [0, ...cuts, bytes.length]
    reader.begin(7, 5, bytes, 0, edges[1]!)
    expect([reader.streamId, reader.flags]).toEqual([7, 5])
    for (let i = 1; i + 1 < edges.length; i++) reader.append(bytes, edges[i]!, edges[i + 1]!)
    expect(reader.takeBlock()).toEqual(bytes)
    expect(reader.streamId).toBe(0)
  }
})

test('as many CONTINUATION frames and bytes as are allowed, and none more', () => {
  const reader = new HeaderReader(METHODS)
  const none = Buffer.alloc(0)
  for (let round = 0; round < 2; round++) {
    reader.begin(1, 0, none, 0, 0)
    for (let i = 0; i < 16; i++) reader.append(none, 0, 0)
    expect(() => reader.append(none, 0, 0)).toThrow('16 CONTINUATION')
  }
  const quarter = Buffer.alloc(16_384)
  reader.begin(1, 0, quarter, 0, quarter.length)
  for (let i = 0; i < 3; i++) reader.append(quarter, 0, quarter.length)
  expect(() => reader.append(quarter, 0, 1)).toThrow('65536 bytes')
})

test('fields are counted by the list that they make: 2048 of no characters at most', () => {
  const decoder = new FieldDecoder(64 * 1024)
  const empty = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => Buffer.from([0, 0, 0])))
  for (const [count, tooLong] of [
    [2048, false],
    [2049, true],
  ] as const) {
    const bytes = empty(count)
    decoder.read(bytes, 0, bytes.length)
    expect([decoder.names.length, decoder.tooLong]).toEqual([2048, tooLong])
  }
})
