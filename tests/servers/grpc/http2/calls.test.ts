/** Calls as they look on the wire (gRPC over HTTP/2): frames of answers, metadata, packing, deadlines. */
import { describe, expect, test } from 'bun:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { XserveError } from '../../../../lib/errors.ts'
import { DATA, END_HEADERS, END_STREAM, HEADERS } from '../../../../lib/servers/grpc/http2/protocol.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import { answered, call, callFields, connectInMemory, data, headers, METHODS, message, reset } from './peer.ts'

const fails = (text: string): GrpcMethod => ({
  kind: 'unary',
  handle() {
    throw new XserveError('BAD_REQUEST', text)
  },
})

describe('the frames of an answer', () => {
  const shape = async (method: GrpcMethod, ...messages: string[]) => {
    const peer = connectInMemory({ '/t.T/M': method })
    await peer.frames()
    peer.send(headers(1, callFields('/t.T/M')), data(1, Buffer.concat(messages.map((text) => message(text))), true))
    return (await peer.frames()).map(({ type, flags }) => [type, flags])
  }

  test('one of each: head, message, trailers', async () => {
    expect(await shape({ kind: 'unary', handle: (request) => request }, 'x')).toEqual([
      [HEADERS, END_HEADERS],
      [DATA, 0],
      [HEADERS, END_HEADERS | END_STREAM],
    ])
  })

  test('an error without a message is trailers only: a single HEADERS with everything', async () => {
    expect(await shape(fails('no'), 'x')).toEqual([[HEADERS, END_HEADERS | END_STREAM]])
    const peer = connectInMemory({ '/t.T/M': fails('100 % "ü"\n') })
    peer.send(call(1, '/t.T/M', ''))
    const { fields } = (await peer.answers()).get(1)!
    expect(fields).toEqual({
      ':status': '200',
      'content-type': 'application/grpc',
      'grpc-status': '3',
      'grpc-message': '100 %25 "%C3%BC"%0A',
    })
  })

  test('a stream of no messages that is fine is trailers only, too', async () => {
    const silent: GrpcMethod = { kind: 'stream', open: (sink) => ({ message() {}, end: () => sink.end() }) }
    expect(await shape(silent, 'x')).toEqual([[HEADERS, END_HEADERS | END_STREAM]])
  })

  test('an error behind messages has its trailers behind them', async () => {
    const breaks: GrpcMethod = {
      kind: 'stream',
      open: (sink) => ({
        message: (bytes) => void sink.write(bytes),
        end: () => sink.fail(new XserveError('BAD_REQUEST', 'no')),
      }),
    }
    expect(await shape(breaks, 'a', 'b')).toEqual([
      [HEADERS, END_HEADERS],
      [DATA, 0],
      [DATA, 0],
      [HEADERS, END_HEADERS | END_STREAM],
    ])
  })
})

test.each([
  ['with its padding', 'Af8=', 'Af8='],
  ['without', 'Af8', 'Af8='],
  ['several values, as one field: the first', 'Af8,AAAA', 'Af8='],
  ['nothing', '', ''],
  ['the letters of base64', '+/+/', '+/+/'],
])('metadata in binary, %s', async (_, sent, told) => {
  const tell: GrpcMethod = {
    kind: 'unary',
    handle: (_request, context) => Buffer.from(JSON.stringify([context.metadata('k-bin'), context.metadata('k')])),
  }
  const peer = connectInMemory({ '/t.T/Tell': tell })
  const more = [
    ['k-bin', sent],
    ['k', sent],
  ] as const
  peer.send(headers(1, callFields('/t.T/Tell', more)), data(1, message(''), true))
  expect(JSON.parse((await peer.answers()).get(1)!.messages[0]!)).toEqual([told, sent])
})

describe('packing is told message by message', () => {
  const packed = (text: string, pack: (bytes: Uint8Array) => Buffer): Buffer => {
    const framed = message(pack(Buffer.from(text)))
    framed[0] = 1
    return framed
  }
  const open = (coding?: string) => headers(1, callFields('/t.T/Stream', coding ? [['grpc-encoding', coding]] : []))

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('%s beside plain ones keep their order', async (coding, pack) => {
    const peer = connectInMemory(METHODS)
    const body = Buffer.concat([message('a'), packed('b'.repeat(5000), pack), message('c'), packed('', pack)])
    peer.send(open(coding), data(1, body, true))
    expect((await answered(peer)).messages).toEqual(['a', 'b'.repeat(5000), 'c', ''])
  })

  test.each([
    ['identity', 'b', /no grpc-encoding/],
    [undefined, 'b', /no grpc-encoding/],
    ['gzip', 'not packed', /not gzip/],
  ])('%s that was packed otherwise fails the call', async (coding, text, words) => {
    const peer = connectInMemory(METHODS)
    peer.send(
      open(coding),
      data(
        1,
        packed(text, (bytes) => Buffer.from(bytes)),
        true,
      ),
    )
    const answer = await answered(peer)
    expect([answer.status, answer.text]).toEqual(['3', expect.stringMatching(words)])
  })

  test('answers are plain, and say what may be sent only where something else was', async () => {
    const peer = connectInMemory(METHODS)
    peer.send(headers(1, callFields('/t.T/Echo', [['grpc-accept-encoding', 'gzip']])), data(1, message('x'), true))
    const { fields, messages } = (await peer.answers()).get(1)!
    expect([fields['grpc-encoding'], messages]).toEqual([undefined, ['x']])
  })
})

test('a deadline that has passed answers the call, tells the method, and leaves the connection alone', async () => {
  const told = Promise.withResolvers<boolean>()
  const wait: GrpcMethod = {
    kind: 'unary',
    handle: (_request, context) => new Promise(() => context.onCancel(() => told.resolve(context.cancelled))),
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Wait': wait })
  peer.send(headers(1, callFields('/t.T/Wait', [['grpc-timeout', '20m']])), data(1, message(''), true))
  expect(await told.promise).toBe(true)
  peer.send(call(3, '/t.T/Echo', 'on'))
  const answers = await peer.answers()
  expect([answers.get(1)?.status, answers.get(3)?.messages]).toEqual(['4', ['on']])
})

test('what a method answers behind the end of its call is nothing', async () => {
  let late: (() => void) | undefined
  const slow: GrpcMethod = {
    kind: 'unary',
    handle: (request) =>
      new Promise((resolve) => {
        late = () => resolve(request)
      }),
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Slow': slow })
  peer.send(call(1, '/t.T/Slow', 'x'))
  peer.connection.cutShort()
  expect((await peer.answers()).get(1)).toMatchObject({ status: '14', ended: true })
  late!()
  await Promise.resolve()
  // Throws for frames behind the end.
  expect((await peer.answers()).get(1)).toMatchObject({ messages: [], status: '14' })
})

test('a deadline that passes behind the answer is nothing', async () => {
  const told: string[] = []
  const now: GrpcMethod = {
    kind: 'unary',
    handle(request, context) {
      context.onCancel(() => told.push('cancelled'))
      return request
    },
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Now': now })
  const within = (id: number, path: string, timeout: string): Buffer =>
    Buffer.concat([headers(id, callFields(path, [['grpc-timeout', timeout]])), data(id, message('x'), true)])
  peer.send(within(1, '/t.T/Now', '5m'), within(3, '/t.T/Never', '15m'))
  // Throws for frames behind the end of stream 1, whose time is over before that of 3.
  expect((await answered(peer, 3)).status).toBe('4')
  expect([(await peer.answers()).get(1)?.status, told]).toEqual(['0', []])
})

test('a method that answers when it is told that nobody waits says nothing', async () => {
  let told = 0
  const answers: GrpcMethod = {
    kind: 'stream',
    open(sink, context) {
      context.onCancel(() => {
        told++
        sink.write(Buffer.from('late'))
        sink.end()
      })
      return { message() {}, end() {} }
    },
  }
  const peer = connectInMemory({ ...METHODS, '/t.T/Late': answers })
  peer.send(headers(1, callFields('/t.T/Late')))
  await peer.frames()
  peer.send(reset(1))
  expect([await peer.frames(), told]).toEqual([[], 1])
  peer.send(headers(3, callFields('/t.T/Late')))
  peer.connection.closed()
  expect(told).toBe(2)
})

test('the table of fields is as small as the peer says: each answer is whole by itself', async () => {
  const fields = ['content-type', 'grpc-status'] as const
  for (const [table, kept] of [
    [4096, true],
    [0, false],
  ] as const) {
    const peer = connectInMemory(METHODS, { settings: [[1, table]] })
    const heads: Buffer[] = []
    for (const id of [1, 3, 5]) {
      peer.send(call(id, '/t.T/Echo', 'x'))
      heads.push(...(await peer.frames()).filter(({ type }) => type === HEADERS).map(({ payload }) => payload))
    }
    // Two of each answer; the last ones are as long as the first where nothing is kept.
    expect(heads).toHaveLength(6)
    expect(heads[4]!.length === 2 && heads[5]!.length === 1).toBe(kept)
    const answer = (await peer.answers()).get(5)!
    expect(fields.map((name) => answer.fields[name])).toEqual(['application/grpc', '0'])
  }
})
