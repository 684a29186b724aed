/** SingleDocumentRequestProto against protobufjs, both ways. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { detachedContext } from '../../lib/wire/call.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import {
  encodeFrame,
  parseSingleDocument,
  streamDocuments,
  unwrapDocuments,
  wrapDocument,
} from '../../lib/wire/single-document.ts'
import { encodeStatus } from '../../lib/wire/status.ts'
import type { Frame } from '../helpers/stream-doc.ts'
import { decode, encode } from './oracle.ts'

const SINGLE = 'jina.SingleDocumentRequestProto'
const text = fc.string({ unit: 'grapheme', maxLength: 300 })
const status = encodeStatus({ name: 'E', args: ['m'], stacks: [], executor: 'X', description: 'd' })

test('a request is read as one with one document, whatever it says', () => {
  fc.assert(
    fc.property(text, text, text, fc.boolean(), (id, endpoint, words, routed) => {
      const parameters = { fields: { a: { string_value: words } } }
      const bytes = encode(SINGLE, {
        header: { request_id: id, exec_endpoint: endpoint },
        parameters,
        routes: routed ? [{ executor: 'gateway' }] : [],
        document: { id, text: words },
      })
      const envelope = parseSingleDocument(bytes)
      expect([envelope.requestId, envelope.endpoint]).toEqual([id, endpoint])
      expect(decode('jina.DataRequestProto', envelope.encode())).toEqual(
        decode(
          'jina.DataRequestProto',
          encode('jina.DataRequestProto', {
            header: { request_id: id, exec_endpoint: endpoint },
            parameters,
            routes: routed ? [{ executor: 'gateway' }] : [],
            data: { docs: { docs: [{ id, text: words }] } },
          }),
        ),
      )
      const back = encodeFrame({ document: unwrapDocuments(envelope.data)[0]!, envelope })
      expect(decode(SINGLE, back)).toEqual(decode(SINGLE, bytes))
    }),
  )
})

test('without a document there is an empty one; a document in two parts is merged', () => {
  expect(unwrapDocuments(parseSingleDocument(new Uint8Array(0)).data)).toEqual([Buffer.alloc(0)])
  const parts = [{ document: { id: 'a' } }, { document: { text: 'b' } }].map((part) => encode(SINGLE, part))
  const [document] = unwrapDocuments(parseSingleDocument(Buffer.concat(parts)).data)
  expect(decode('docarray.DocumentProto', document!)).toEqual({ id: 'a', text: 'b' })
})

test('bytes that are no message are refused or read, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        parseSingleDocument(bytes)
      } catch (error) {
        expect(error).toHaveProperty('code', 'BAD_REQUEST')
      }
    }),
  )
})

test('a frame of an answer has its header, routes and status, and the document given', () => {
  const request = Envelope.create({ requestId: 'r', endpoint: '/x', parameters: encode('google.protobuf.Struct', {}) })
  const routes = [{ executor: 'e', startMs: 0, endMs: 0, status: null }]
  const answer = request.answer({ role: 'gateway', data: new Uint8Array(0), parameters: null, status, routes })
  const document = encode('docarray.DocumentProto', { id: 'd' })
  const plain = decode(SINGLE, encodeFrame({ document, envelope: answer })) as unknown as Frame & { routes: unknown }
  expect(plain.document).toEqual({ id: 'd' })
  expect(plain.header.request_id).toBe('r')
  expect(plain.header.status!.description).toBe('d')
  expect(plain.routes).toEqual([{ executor: 'e' }])
  // An answer that was read, as a remote executor's is, keeps its status, too.
  const read = Envelope.parse(answer.encode())
  const again = decode(SINGLE, encodeFrame({ document, envelope: read })) as unknown as Frame & { routes: unknown }
  expect([again.header.status!.description, again.document]).toEqual(['d', { id: 'd' }])
})

test('streamDocuments gives each document by itself and ends with the first error', async () => {
  const request = Envelope.create({ requestId: 'r', endpoint: '/x' })
  const answer = (data: Uint8Array, failed = false) =>
    request.answer({ role: 'executor', data, parameters: null, status: failed ? status : null, routes: [] })
  const one = wrapDocument(Buffer.from('a'))
  const two = Buffer.concat([one, wrapDocument(Buffer.from('b'))])
  const handler = {
    call: () => Promise.reject(new Error('not called')),
    async *stream() {
      yield answer(two)
      yield answer(new Uint8Array(0))
      yield answer(new Uint8Array(0), true)
      yield answer(one)
    },
  }
  const seen: [string, boolean][] = []
  for await (const { document, envelope } of streamDocuments({ handler }, request, detachedContext())) {
    seen.push([Buffer.from(document).toString(), envelope.isError])
  }
  expect(seen).toEqual([
    ['a', false],
    ['b', false],
    ['', true],
  ])
})
