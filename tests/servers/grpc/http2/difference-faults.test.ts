/**
 * Sessions that break rules, made at random, sent to our front and to grpc-js: what the standard says of a fault is the same for
 * both. Compared is what becomes of the connection and of each stream; codes and words are those of either.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import { encodeHuffman, huffmanLength } from '../../../../lib/servers/grpc/http2/huffman.ts'
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  GOAWAY,
  HEADERS,
  PADDED,
  PING,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from '../../../../lib/servers/grpc/http2/protocol.ts'
import { startHttp2Front } from '../../../../lib/servers/grpc/http2/start.ts'
import type { GrpcFront, GrpcMethods } from '../../../../lib/servers/grpc/method.ts'
import { startGrpcJsFront } from '../grpc-js/front.ts'
import {
  type Answer,
  answersOf,
  block,
  call,
  callFields,
  data,
  echo,
  echoStream,
  frame,
  headers,
  message,
  ping,
  preface,
  settingsFrame,
  wholeFrames,
  windowUpdate,
} from './peer.ts'

const METHODS: GrpcMethods = new Map([
  ['/t.T/Echo', echo],
  ['/t.T/Stream', echoStream],
])
const options = { host: '127.0.0.1', port: 0, maxMessageBytes: 2000 }
const PROBE = 101
let fronts: readonly GrpcFront[] = []
beforeAll(async () => {
  fronts = await Promise.all([startHttp2Front(METHODS, options), startGrpcJsFront(METHODS, options)])
})
afterAll(async () => {
  await Promise.all(fronts.map((front) => front.close(0)))
})

/** Streams 1 and 3 are open, 5 is not begun: what breaks a rule there is said in the same way by both. */
const open = fc.constantFrom(1, 3)
const bytes = fc.uint8Array({ maxLength: 24 })
const blockOf = (path: string, more: readonly (readonly [string, string])[] = []) => block(callFields(path, more))

const huffman = (coded: Uint8Array): Buffer => Buffer.concat([Buffer.from([0, 1, 0x78, 0x80 | coded.length]), coded])
/** Fields as HPACK writes them, which may or may not be what it says. */
const field = fc.oneof(
  // Index: 61 are known to all, none was put in. Not 38 (host), which means nothing to us beside :authority.
  fc
    .oneof(fc.integer({ min: 15, max: 37 }), fc.integer({ min: 39, max: 126 }))
    .map((index) => Buffer.from([0x80 | index])),
  // A number that goes on: 127 and more.
  fc.array(fc.integer({ min: 0x80, max: 0xff }), { maxLength: 8 }).map((more) => Buffer.from([0xff, ...more, 0])),
  // A literal whose text is as long as said, or is not.
  fc
    .record({ kind: fc.constantFrom(0, 0x10, 0x40), length: fc.nat(12), sent: fc.nat(12) })
    .map(({ kind, length, sent }) => Buffer.concat([Buffer.from([kind, 1, 0x78, length]), Buffer.alloc(sent, 'y')]))
    .filter((bytes) => bytes.length - 4 <= bytes[3]!),
  // In the Huffman code as it should be: padding that is too long is read by node:http2 here, against §5.2.
  fc.stringMatching(/^[!-~]{1,12}$/).map((text) => {
    const coded = Buffer.alloc(huffmanLength(text))
    encodeHuffman(text, coded, 0)
    return huffman(coded)
  }),
)
const anyBlock = fc
  .record({ path: fc.constantFrom('/t.T/Stream', '/t.T/Nope'), field })
  .map(({ path, field }) => frame(HEADERS, END_HEADERS | 1, 5, Buffer.concat([blockOf(path), field])))

const beside = fc.oneof(
  fc
    .record({ setting: fc.constantFrom(2, 3, 6, 99), value: fc.constantFrom(0, 1) })
    .map((one) => settingsFrame([[one.setting, one.value]])),
  fc.constant(ping()),
  fc
    .record({ type: fc.integer({ min: 32, max: 255 }), flags: fc.nat(255), bytes })
    .map((one) => frame(one.type, one.flags, 0, one.bytes)),
)
const harmless = fc.oneof(
  fc.record({ id: open, text: fc.string({ maxLength: 20 }) }).map(({ id, text }) => data(id, message(text))),
  fc.record({ id: open, by: fc.integer({ min: 1, max: 1000 }) }).map(({ id, by }) => windowUpdate(id, by)),
  beside,
)

const faulty = fc.oneof(
  { weight: 4, arbitrary: anyBlock },
  fc.record({ id: fc.constantFrom(0, 1, 3), bytes }).map((one) => frame(PING, 0, one.id, one.bytes)),
  fc
    .record({ id: fc.constantFrom(0, 1), flags: fc.nat(1), bytes: fc.uint8Array({ maxLength: 5 }) })
    .map((one) => frame(SETTINGS, one.flags, one.id, one.bytes)),
  fc
    .record({
      setting: fc.constantFrom(2, 4, 5),
      value: fc.constantFrom(2, 100, 16_383, 2 ** 24, 2 ** 31, 2 ** 32 - 1),
    })
    .filter(({ setting, value }) => setting !== 4 || value >= 2 ** 31)
    .map((one) => settingsFrame([[one.setting, one.value]])),
  fc
    .record({ id: fc.constantFrom(0, 1, 3), bytes: fc.uint8Array({ maxLength: 7 }) })
    .map((one) => frame(GOAWAY, 0, one.id, one.bytes)),
  fc
    .record({ id: fc.constantFrom(0, 1, 3, 7), bytes: fc.uint8Array({ maxLength: 6 }) })
    .filter(({ id, bytes }) => bytes.length !== 4 || id === 0 || id === 7)
    .map((one) => frame(RST_STREAM, 0, one.id, one.bytes)),
  fc
    .record({ id: fc.constantFrom(0, 1), by: fc.constantFrom(0, 2 ** 31 - 1) })
    .map(({ id, by }) => windowUpdate(id, by)),
  fc
    .record({ id: fc.constantFrom(0, 1), bytes: fc.uint8Array({ maxLength: 6 }) })
    .map((one) => frame(WINDOW_UPDATE, 0, one.id, one.bytes)),
  fc.record({ id: fc.constantFrom(0, 1, 5), bytes }).map((one) => frame(CONTINUATION, END_HEADERS, one.id, one.bytes)),
  fc.record({ id: fc.constantFrom(0, 1), bytes }).map((one) => frame(PUSH_PROMISE, END_HEADERS, one.id, one.bytes)),
  fc.record({ id: open, bytes }).map((one) => frame(DATA, PADDED, one.id, one.bytes)),
  fc
    .record({ id: open, path: fc.boolean(), ends: fc.boolean() })
    .map((one) => headers(one.id, [[one.path ? ':path' : 'a', 'b']], one.ends ? 1 : 0)),
  fc
    .record({ length: fc.integer({ min: 16_380, max: 16_390 }) })
    .map(({ length }) => frame(0x42, 0, 0, Buffer.alloc(length))),
  fc
    .record({ length: fc.nat(12), sent: fc.nat(6) })
    .map(({ length, sent }) =>
      Buffer.concat([
        headers(5, callFields('/t.T/Echo', [['content-length', String(length)]])),
        data(5, message('x'.repeat(sent)), true),
      ]),
    ),
  fc.constantFrom(
    frame(HEADERS, 0, 5, blockOf('/t.T/Echo')),
    Buffer.concat([frame(HEADERS, 0, 5, blockOf('/t.T/Echo')), frame(CONTINUATION, END_HEADERS | 1, 7)]),
    headers(2, callFields('/t.T/Echo'), 1),
    headers(0, callFields('/t.T/Echo'), 1),
  ),
)

const session = fc.record({
  before: fc.array(harmless, { maxLength: 4 }),
  fault: faulty,
  behind: fc.array(beside, { maxLength: 2 }),
})

/** `lost`, or what became of the streams. */
type Outcome = string

function classOf(answer: Answer | undefined, asked: boolean): string {
  if (answer === undefined) return 'open'
  // A request that is not malformed by the letter may be refused in words, or reset by who is stricter.
  if (asked && answer.status !== '0' && (answer.ended || answer.reset !== undefined)) return 'unserved'
  if (answer.reset !== undefined && answer.reset !== 0) return 'reset'
  if (!answer.ended) return 'open'
  return answer.status === '0' ? 'answered' : 'refused'
}

function outcomeOf(port: number, sent: Buffer): Promise<Outcome> {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  const socket = connect(port, '127.0.0.1', () => socket.write(sent))
  let held = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    const frames = wholeFrames(held)
    if (frames.some(({ type, payload }) => type === GOAWAY && payload.readUInt32BE(4) !== 0)) resolve('lost')
    const answers = answersOf(frames)
    if (!answers.get(PROBE)?.ended) return
    resolve([1, 3, 5].map((id) => `${id} ${classOf(answers.get(id), id === 5)}`).join(', '))
  })
  socket.on('error', reject)
  socket.on('close', () => resolve('lost'))
  return promise.finally(() => socket.destroy())
}

test('what becomes of them is what grpc-js makes of them', async () => {
  const begin = [preface(), headers(1, callFields('/t.T/Stream')), headers(3, callFields('/t.T/Stream'))]
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(session, async ({ before, fault, behind }) => {
      const sent = Buffer.concat([...begin, ...before, fault, ...behind, call(PROBE, '/t.T/Echo', 'probe')])
      const [ours, theirs] = await Promise.all(fronts.map(({ port }) => outcomeOf(port, sent)))
      expect(ours).toBe(theirs!)
      for (const word of ours!.match(/[a-z]+/g)!) seen.set(word, (seen.get(word) ?? 0) + 1)
    }),
    { numRuns: 400 },
  )
  // All kinds of outcomes have come, or nothing was compared.
  for (const word of ['answered', 'lost', 'open', 'reset', 'unserved']) expect(seen.get(word)).toBeGreaterThan(0)
}, 60_000)
