/** Sessions made at random, sent to our front and to grpc-js: both must say the same, answer for answer and status for status. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { startHttp2Front } from '../../../../lib/servers/grpc/http2/start.ts'
import type { GrpcFront, GrpcMethods } from '../../../../lib/servers/grpc/method.ts'
import { startGrpcJsFront } from '../grpc-js/front.ts'
import {
  type Answer,
  answersOf,
  callFields,
  data,
  echo,
  echoStream,
  headers,
  later,
  preface,
  wholeFrames,
} from './peer.ts'

const METHODS: GrpcMethods = new Map([
  ['/t.T/Echo', echo],
  ['/t.T/Later', later],
  ['/t.T/Stream', echoStream],
])
const options = { host: '127.0.0.1', port: 0, maxMessageBytes: 2000 }
let fronts: readonly GrpcFront[] = []
beforeAll(async () => {
  fronts = await Promise.all([startHttp2Front(METHODS, options), startGrpcJsFront(METHODS, options)])
})
afterAll(async () => {
  await Promise.all(fronts.map((front) => front.close(0)))
})

interface Message {
  readonly bytes: Uint8Array
  readonly packed: boolean
}

interface Session {
  readonly path: string
  readonly coding: 'identity' | 'gzip' | 'deflate' | undefined
  readonly metadata: Readonly<Record<string, string>>
  readonly messages: readonly Message[]
  /** Bytes in each DATA frame. */
  readonly cut: number
}

const session: fc.Arbitrary<Session> = fc.record({
  path: fc.constantFrom('/t.T/Echo', '/t.T/Later', '/t.T/Stream', '/t.T/Nothing'),
  coding: fc.constantFrom(undefined, 'identity' as const, 'gzip' as const, 'deflate' as const),
  metadata: fc.dictionary(fc.stringMatching(/^x-[a-z0-9_.-]{1,10}$/), fc.stringMatching(/^[!-~]{1,30}$/), {
    maxKeys: 3,
  }),
  messages: fc.array(
    fc.record({
      bytes: fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ minLength: 1900, maxLength: 2100 })),
      packed: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  cut: fc.integer({ min: 1, max: 3000 }),
})

function framed({ bytes, packed }: Message, coding: Session['coding']): Buffer {
  const pack = packed && coding === 'gzip' ? gzipSync : packed && coding === 'deflate' ? deflateSync : null
  const content = pack === null ? bytes : pack(bytes)
  const head = Buffer.alloc(5)
  head[0] = pack === null ? 0 : 1
  head.writeUInt32BE(content.length, 1)
  return Buffer.concat([head, content])
}

function bytesOf({ path, coding, metadata, messages, cut }: Session): Buffer {
  const sent = path === '/t.T/Stream' ? messages : messages.slice(0, 1)
  const body = Buffer.concat(sent.map((one) => framed(one, coding)))
  const more = [...(coding ? [['grpc-encoding', coding] as const] : []), ...Object.entries(metadata)]
  const frames = [preface(), headers(1, callFields(path, more))]
  for (let at = 0; at < body.length; at += cut)
    frames.push(data(1, body.subarray(at, at + cut), at + cut >= body.length))
  return Buffer.concat(frames)
}

function answerOf(port: number, bytes: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    const answer = answersOf(wholeFrames(held)).get(1)
    if (answer?.ended || answer?.reset !== undefined) resolve(answer)
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the front hung up')))
  return promise.finally(() => socket.destroy())
}

test('status and messages are those of grpc-js', async () => {
  await fc.assert(
    fc.asyncProperty(session, async (one) => {
      const bytes = bytesOf(one)
      const [ours, theirs] = await Promise.all(fronts.map(({ port }) => answerOf(port, bytes)))
      expect(ours!.status).toBe(theirs!.status!)
      // What was answered before a failure is a matter of time.
      if (ours!.status === '0') expect(ours!.messages).toEqual(theirs!.messages)
    }),
    { numRuns: 300 },
  )
}, 30_000)
