import { expect, test } from 'bun:test'
import { AnswerFields } from '../../../../lib/servers/grpc/http2/answer-fields.ts'
import { FieldDecoder } from '../../../../lib/servers/grpc/http2/field-decoder.ts'

const out = Buffer.alloc(1024)

/** Writes blocks and reads them as the peer would. */
function pair() {
  const fields = new AnswerFields()
  const decoder = new FieldDecoder(1 << 20)
  const read = (length: number) => {
    decoder.read(out, 0, length)
    return [length, ...decoder.names.map((name, i) => `${name}: ${decoder.values[i]}`)]
  }
  return {
    fields,
    decoder,
    head: () => read(fields.head(out, 0)),
    ok: () => read(fields.ok(out, 0)),
    both: () => read(fields.ok(out, fields.head(out, 0))),
    error: () =>
      read(fields.field(out, fields.field(out, fields.head(out, 0), 'grpc-status', '13'), 'grpc-message', 'x y')),
  }
}
const HEAD = [':status: 200', 'content-type: application/grpc']
const OK = 'grpc-status: 0'

test('head and status shrink to three bytes once the peer knows them', () => {
  const { head, ok, both, error } = pair()
  expect(head().slice(1)).toEqual(HEAD)
  expect(head()).toEqual([2, ...HEAD])
  expect(ok().slice(1)).toEqual([OK])
  expect([head(), ok(), both()]).toEqual([
    [2, ...HEAD],
    [1, OK],
    [3, ...HEAD, OK],
  ])
  expect(error().slice(1)).toEqual([...HEAD, 'grpc-status: 13', 'grpc-message: x y'])
})

test.each([
  [0, 'from the start', 0],
  [100, 'too small for ours', 0],
  [200, 'smaller, with room for ours', 2],
])('a table of %i bytes is kept to: %s', (size, _, known) => {
  for (const begun of [false, true]) {
    const { fields, decoder, head, ok, both } = pair()
    if (begun) expect(both().slice(1)).toEqual([...HEAD, OK])
    fields.limitTable(size)
    expect([head().slice(1), ok().slice(1), both().slice(1)]).toEqual([HEAD, [OK], [...HEAD, OK]])
    expect(decoder.table.count).toBe(known)
    // Told once, and not grown again.
    fields.limitTable(4096)
    expect(both().slice(1)).toEqual([...HEAD, OK])
    expect(decoder.table.count).toBe(known)
  }
})

test('a larger table changes nothing', () => {
  const { fields, both } = pair()
  fields.limitTable(65_536)
  both()
  expect(both()).toEqual([3, ...HEAD, OK])
})

test('answers that are no gRPC have their status', () => {
  const fields = new AnswerFields()
  const decoder = new FieldDecoder(1000)
  decoder.read(out, 0, fields.httpStatus(out, 0, 415))
  expect([decoder.names, decoder.values]).toEqual([[':status'], ['415']])
})
