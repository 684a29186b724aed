/** Streaming endpoints from the user's method to the wire: order, pace, errors in the middle, callers that leave. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { once } from 'node:events'
import { decodeStruct } from '../../lib/protobuf/struct.ts'
import { Envelope } from '../../lib/wire/envelope.ts'
import { type Caller, caller, texts } from '../helpers/grpc.ts'
import { frameOf, openStreamDoc, streamDoc } from '../helpers/stream-doc.ts'
import { fixture, type Server, startServer } from '../helpers/xserve.ts'

let server: Server
let call: Caller
beforeAll(async () => {
  server = await startServer('run', [fixture('streaming.ts')])
  call = caller(server.address)
})
afterAll(async () => {
  call?.[Symbol.dispose]()
  expect(await server?.stop()).toBe(0)
})

/** How many documents the endless generator has made by now. */
const made = async (): Promise<number> => {
  const answer = Envelope.parse((await call.post('/made', [{ id: 'a' }])).bytes)
  const { __results__: results } = decodeStruct(answer.parameters) as Record<string, Record<string, { made: number }>>
  return results!['executor0/rep-0']!.made
}

/** Waits until the generator has stopped for lack of a reader. */
const settled = async (): Promise<number> => {
  let before = -1
  for (let still = 0; still < 20; ) {
    const now = await made()
    still = now === before ? still + 1 : 0
    before = now
  }
  return before
}

test('documents come in order, one a frame, with the header of the request', async () => {
  const { frames, texts: words, code } = await streamDoc(call.client, '/count', { id: 'a', text: 'abc' })
  expect(code).toBe(0)
  expect(words).toEqual(['abc 0', 'abc 1', 'abc 2'])
  expect(frames.map((frame) => frame.header.request_id)).toEqual(['r', 'r', 'r'])
  expect(frames[0]!.routes!.map((route) => route.executor)).toEqual(['gateway', 'executor0'])
  expect((await streamDoc(call.client, '/sync', { text: 'x y z' })).texts).toEqual(['x', 'y', 'z'])
  expect((await streamDoc(call.client, '/grows', { text: '-' })).texts).toEqual(['-a', '-ab', '-abc'])
  expect(await streamDoc(call.client, '/nothing', { text: 'x' })).toMatchObject({ frames: [], code: 0 })
})

test('10 000 documents keep their order', async () => {
  const to = { fields: { to: { number_value: 10_000 } } }
  const { texts: words, code } = await streamDoc(call.client, '/count', { text: 'n' }, { parameters: to })
  expect(code).toBe(0)
  expect(words).toEqual(Array.from({ length: 10_000 }, (_, i) => `n ${i}`))
}, 30_000)

test('the first document leaves before the second is made', async () => {
  const stream = openStreamDoc(call.client, '/waits', { id: 'a', text: 'first' })
  stream.on('error', () => {})
  const [bytes] = (await once(stream, 'data')) as [Buffer]
  expect(frameOf(bytes).document).toEqual({ id: 'a', text: 'first' })
  stream.cancel()
  await server.seen('waits heard of AbortError')
  await server.seen('waits left')
})

test('a reader that waits holds the generator back, and leaving ends it', async () => {
  // On a connection of its own: the http2 of Bun 1.4.5 holds back the streams beside one whose reader waits.
  using slow = caller(server.address)
  const stream = openStreamDoc(slow.client, '/endless', { text: 'x' })
  stream.on('error', () => {})
  const reader = stream[Symbol.asyncIterator]()
  await reader.next()
  const idle = await settled()
  expect(idle).toBeLessThan(2000)
  for (let i = 0; i < 3000; i++) await reader.next()
  const later = await settled()
  expect(later).toBeGreaterThan(3000)
  expect(later - 3000).toBeLessThan(2000)
  // Others are answered meanwhile.
  expect((await streamDoc(call.client, '/count', { text: 'b' })).texts).toEqual(['b 0', 'b 1', 'b 2'])
  stream.cancel()
  await server.seen(/endless left after \d+/)
})

test('a deadline ends the stream with DEADLINE_EXCEEDED and reaches the method', async () => {
  const { texts: words, code } = await streamDoc(call.client, '/waits', { text: 'a' }, { deadlineMs: 200 })
  expect([words, code]).toEqual([['a'], 4])
  await server.seen(/waits heard of (TimeoutError|AbortError)[\s\S]*waits heard of (TimeoutError|AbortError)/)
})

test('a method that stops when it hears of its deadline has not answered: the caller hears of the deadline, each time', async () => {
  const codes = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const { texts: words, code } = await streamDoc(call.client, '/waits', { text: 'a' }, { deadlineMs: 100 + i * 5 })
      return [words.length, code]
    }),
  )
  expect(codes).toEqual(Array(40).fill([1, 4]))
})

// Public case 89.
test('an error in the middle is a frame behind what came before, and the call ends well', async () => {
  const { frames, code } = await streamDoc(call.client, '/breaks', { id: 'a', text: 'doc' })
  expect(code).toBe(0)
  expect(frames.map((frame) => frame.document!.text)).toEqual(['first', 'doc'])
  const { status, request_id } = frames[1]!.header
  expect(request_id).toBe('r')
  expect(status!.description).toBe("RangeError('broke in the middle')")
  expect(status!.exception.executor).toBe('Streaming')
  expect(status!.exception.stacks.join('')).toMatch(/streaming\.ts:\d+:\d+/)
})

test.each([
  ['/wrong', ['fine', 'a'], 'A streaming endpoint yields Documents and texts, but Streaming.wrong yielded 5'],
  ['/plain', ['a'], 'endpoint must be generator: Streaming.plain is not'],
])('%s is an error in a frame', async (endpoint, words, message) => {
  const { frames, texts: seen, code } = await streamDoc(call.client, endpoint, { text: 'a' })
  expect([seen, code]).toEqual([words, 0])
  expect(frames.at(-1)!.header.status!.exception.args).toEqual([message])
})

test('an endpoint that is not there passes the document on', async () => {
  expect((await streamDoc(call.client, '/nowhere', { text: 'a' })).texts).toEqual(['a'])
})

test('a streaming endpoint called for one answer gives all its documents', async () => {
  const answer = await call.post('/count', [{ text: 'a' }, { text: 'b' }])
  expect(texts(answer)).toEqual(['a 0', 'a 1', 'a 2', 'b 0', 'b 1', 'b 2'])
  expect(texts(await call.post('/grows', [{ text: '' }]))).toEqual(['a', 'ab', 'abc'])
  const { plain } = await call.post('/endless', [{ text: 'a' }])
  expect(plain.header.status!.description).toContain('call it as a stream')
})

test('a worker that dies in the middle ends the stream with UNAVAILABLE', async () => {
  await using own = await startServer('executor', [fixture('streaming.ts')])
  using other = caller(own.address)
  const { texts: words, code, details } = await streamDoc(other.client, '/dies', { text: 'a' })
  expect([words, code]).toEqual([['a'], 14])
  expect(details).toContain('exit code 3')
})

test('a server that stops ends an endless stream after the grace', async () => {
  const own = await startServer('run', [fixture('streaming.ts'), '--drain-timeout', '200'])
  using other = caller(own.address)
  const stream = openStreamDoc(other.client, '/endless', { text: 'x' })
  const ended = new Promise<{ code: number }>((resolve) => stream.on('error', (error) => resolve(error as never)))
  await stream[Symbol.asyncIterator]().next()
  const [code] = await Promise.all([own.stop(), ended])
  expect(code).toBe(0)
})
