import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { XserveError } from '../../lib/errors.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { decodeRoutes } from '../../lib/wire/routes.ts'
import { encodeStatus } from '../../lib/wire/status.ts'
import { decode, encode } from './oracle.ts'

const request = (value: Record<string, unknown>): Uint8Array => encode('jina.DataRequestProto', value)
const FULL = {
  header: { request_id: 'id / ü', exec_endpoint: '/x', target_executor: 'exec.*', timeout: 7 },
  parameters: { fields: { n: { number_value: 1 } } },
  routes: [{ executor: 'before' }],
  data: { docs: { docs: [{ id: 'a', text: 'hello' }] } },
}

describe('Envelope.parse', () => {
  test('finds what is asked for without decoding documents', () => {
    const envelope = Envelope.parse(request(FULL))
    expect(envelope.requestId).toBe('id / ü')
    expect(envelope.endpoint).toBe('/x')
    expect(envelope.targetExecutor).toBe('exec.*')
    expect(decode('google.protobuf.Struct', envelope.parameters)).toEqual(FULL.parameters)
    expect(decode('jina.DataRequestProto.DataContentProto', envelope.data)).toEqual(FULL.data)
    expect(decodeRoutes(envelope.routeBytes).map((route) => route.executor)).toEqual(['before'])
    expect(envelope.isError).toBe(false)
  })

  test('takes zero bytes for an empty request', () => {
    const envelope = Envelope.parse(new Uint8Array(0))
    expect([envelope.requestId, envelope.endpoint, envelope.hasData]).toEqual(['', '', false])
  })

  test('merges a singular field that comes twice, as protobuf does', () => {
    const first = request({
      header: { request_id: 'one', exec_endpoint: '/a' },
      data: { docs: { docs: [{ id: 'a' }] } },
    })
    const second = request({ header: { request_id: 'two' }, data: { docs: { docs: [{ id: 'b' }] } } })
    const both = Buffer.concat([first, second])
    const envelope = Envelope.parse(both)
    expect([envelope.requestId, envelope.endpoint]).toEqual(['two', '/a'])
    expect(decode('jina.DataRequestProto', envelope.encode())).toEqual(decode('jina.DataRequestProto', both))
  })

  test.each([
    ['a length beyond the end', [0x0a, 0x05, 0x01]],
    ['a number without an end', [0xff, 0xff, 0xff]],
    ['a group', [0x0b, 0x0c]],
    ['field number 0', [0x02, 0x00]],
    ['a varint of eleven bytes', [0x08, ...new Array<number>(10).fill(0xff), 1]],
    ['a broken header', [0x0a, 0x02, 0x0a, 0x09]],
  ])('refuses %s', (_, bytes) => {
    expect(() => Envelope.parse(Uint8Array.from(bytes))).toThrow(XserveError)
  })

  test('never fails in another way, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          Envelope.parse(bytes).encode()
        } catch (error) {
          expect(error).toBeInstanceOf(XserveError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('a list becomes its first request with siblings; an empty one is refused', () => {
    const list = encode('jina.DataRequestListProto', { requests: [FULL, { header: { request_id: 'b' } }] })
    const envelope = Envelope.parseList(list)
    expect([envelope.requestId, envelope.siblings.map((sibling) => sibling.requestId)]).toEqual(['id / ü', ['b']])
    expect(() => Envelope.parseList(new Uint8Array(0))).toThrow('holds no request')
  })
})

describe('Envelope.encodePieces', () => {
  const large = { ...FULL, data: { docs: { docs: [{ id: 'a', text: 'x'.repeat(100_000) }] } } }
  const parts = { role: 'gateway', data: null, parameters: null, status: null, routes: [] } as const

  test('says what encode says, large documents in a piece of their own that is no copy', () => {
    // Fields that nobody knows stand behind the documents.
    for (const bytes of [request(large), Buffer.concat([request(large), Buffer.from([0x4a, 1, 7])])]) {
      const got = Envelope.parse(bytes)
      const other = Envelope.parse(request(FULL)).answer({ ...parts, data: got.data, role: 'executor' })
      const answers = [got.answer(parts), got.answer(parts).answer({ ...parts, data: got.data }), other]
      for (const answer of answers) {
        const pieces = answer.encodePieces()
        expect(Buffer.concat(pieces)).toEqual(Buffer.from(answer.encode()))
        expect(pieces).toHaveLength(3)
        expect(pieces[1]!.buffer).toBe(bytes.buffer)
      }
    }
  })

  test('small ones are one piece', () => {
    const answer = Envelope.parse(request(FULL)).answer(parts)
    expect(answer.encodePieces()).toEqual([answer.encode()])
  })
})

describe('Envelope.answer', () => {
  const routes = [
    { executor: 'gateway', startMs: 1_700_000_000_000.25, endMs: 1_700_000_000_001.5, status: null },
    { executor: 'executor0', startMs: 1_700_000_000_000.5, endMs: 0, status: null },
  ]

  test('of a gateway empties the target, always has parameters and replaces the routes', () => {
    const data = encode('jina.DataRequestProto.DataContentProto', { docs: { docs: [{ id: 'z' }] } })
    const answer = Envelope.parse(request(FULL)).answer({
      role: 'gateway',
      data,
      parameters: null,
      status: null,
      routes,
    })
    expect(decode('jina.DataRequestProto', answer.encode())).toEqual({
      header: { request_id: 'id / ü', exec_endpoint: '/x', target_executor: '', timeout: 7 },
      parameters: FULL.parameters,
      routes: [
        {
          executor: 'gateway',
          start_time: { seconds: 1_700_000_000, nanos: 250_000 },
          end_time: { seconds: 1_700_000_000 + 0, nanos: 1_500_000 },
        },
        { executor: 'executor0', start_time: { seconds: 1_700_000_000, nanos: 500_000 } },
      ],
      data: { docs: { docs: [{ id: 'z' }] } },
    })
  })

  test('of an executor keeps the header and adds its route to the others', () => {
    const answer = Envelope.parse(request(FULL)).answer({
      role: 'executor',
      data: null,
      parameters: null,
      status: null,
      routes: [{ executor: 'executor0', startMs: 0, endMs: 0, status: null }],
    })
    expect(decode('jina.DataRequestProto', answer.encode())).toEqual({
      ...FULL,
      routes: [{ executor: 'before' }, { executor: 'executor0' }],
    })
  })

  test('with a status is an error, read from the answer and from its bytes', () => {
    const status = encodeStatus({
      name: 'RangeError',
      args: ['boom'],
      stacks: ['a\n'],
      executor: 'K',
      description: "RangeError('boom')",
    })
    const answer = Envelope.parse(request(FULL)).answer({
      role: 'executor',
      data: null,
      parameters: null,
      status,
      routes: [],
    })
    expect([answer.isError, Envelope.parse(answer.encode()).isError]).toEqual([true, true])
  })

  test('without data in the request has none; a status of the request is not repeated', () => {
    const bare = request({ header: { request_id: 'r', status: { code: 1 } } })
    const answer = Envelope.parse(bare).answer({
      role: 'executor',
      data: null,
      parameters: null,
      status: null,
      routes: [],
    })
    expect(decode('jina.DataRequestProto', answer.encode())).toEqual({ header: { request_id: 'r' } })
  })

  test('keeps fields that we do not know, in the message and in the header', () => {
    const unknown = Buffer.concat([
      Buffer.from([0x0a, 0x08, 0x0a, 0x01, 0x72, 0x9a, 0x06, 0x02, 0x68, 0x69]),
      Buffer.from([0x9a, 0x06, 0x02, 0x68, 0x69]),
    ])
    const answer = Envelope.parse(unknown).answer({
      role: 'gateway',
      data: null,
      parameters: null,
      status: null,
      routes: [],
    })
    const bytes = Buffer.from(answer.encode())
    expect(bytes.indexOf(Buffer.from([0x9a, 0x06, 0x02, 0x68, 0x69]))).toBeGreaterThan(0)
    expect(bytes.lastIndexOf(Buffer.from([0x9a, 0x06, 0x02, 0x68, 0x69]))).toBe(bytes.length - 5)
    expect(Envelope.parse(bytes).requestId).toBe('r')
  })

  test('any request survives parsing and answering, by the measure of another protobuf', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 5 }), fc.boolean(), (id, endpoint, texts, withData) => {
        const value = {
          header: { request_id: id, exec_endpoint: endpoint },
          ...(withData ? { data: { docs: { docs: texts.map((content) => ({ id: 'i', text: content })) } } } : {}),
        }
        const answer = Envelope.parse(request(value)).answer({
          role: 'executor',
          data: null,
          parameters: null,
          status: null,
          routes: [],
        })
        expect(decode('jina.DataRequestProto', answer.encode())).toEqual(
          decode('jina.DataRequestProto', request(value)),
        )
      }),
    )
  })
})

test('an answer that goes on as a request, and the answer to that, keep header and way of the one that came', () => {
  const came = Envelope.parse(request(FULL))
  const parts = { role: 'executor', data: null, parameters: null, status: null } as const
  const data = encode('jina.DataRequestProto.DataContentProto', { docs: { docs: [{ id: 'b' }] } })
  const parameters = encode('google.protobuf.Struct', { fields: { m: { number_value: 2 } } })
  const onward = came.answer({
    ...parts,
    data,
    parameters,
    routes: [{ executor: 'a', startMs: 0, endMs: 0, status: null }],
  })
  expect([came.lastNode, onward.lastNode]).toEqual(['before', 'a'])
  expect([
    came.ownParameters?.length,
    onward.ownParameters,
    onward.answer({ ...parts, routes: [] }).ownParameters,
  ]).toEqual([came.parameters.length, parameters, null])
  const sent = decode('jina.DataRequestProto', onward.encode())
  expect(sent).toMatchObject({ header: FULL.header, routes: [{ executor: 'before' }, { executor: 'a' }] })
  const behind = onward.answer({ ...parts, routes: [{ executor: 'b', startMs: 0, endMs: 0, status: null }] })
  expect(behind.lastNode).toBe('b')
  expect(decode('jina.DataRequestProto', behind.encode())).toMatchObject({
    header: FULL.header,
    parameters: { fields: { m: { number_value: 2 } } },
    data: { docs: { docs: [{ id: 'b' }] } },
    routes: [{ executor: 'before' }, { executor: 'b' }],
  })
})

test('Envelope.create writes what a client sends', () => {
  const made = Envelope.create({ requestId: 'r', endpoint: '/x', targetExecutor: 't', data: new Uint8Array(0) })
  expect(decode('jina.DataRequestProto', made.encode())).toEqual({
    header: { request_id: 'r', exec_endpoint: '/x', target_executor: 't' },
    data: {},
  })
})
