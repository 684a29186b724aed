/**
 * Sessions of real clients, changed at random, and frames put together at random: no crash, no fault of ours, no answer of one
 * stream on another, nothing left behind. Sessions are in memory, so that many fit into a second.
 */
import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { Metadata } from '@grpc/grpc-js'
import fc from 'fast-check'
import { startHttp2Front } from '../../../../lib/servers/grpc/http2/start.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import { createRawClient } from '../raw-client.ts'
import {
  answersOf,
  block,
  callFields,
  connectInMemory,
  data,
  echoStream,
  frame,
  headers,
  type MemoryPeer,
  message,
  ping,
  preface,
  reset,
  settingsFrame,
  windowUpdate,
} from './peer.ts'
import { recordSessions } from './recorded-sessions.ts'

/** Sessions: more where nobody waits for them; XSERVE_FUZZ_SESSIONS for any number. */
const SESSIONS = Number(process.env.XSERVE_FUZZ_SESSIONS ?? (process.env.CI ? 100_000 : 15_000))
/** And over real sockets. */
const SOCKETS = Math.ceil(SESSIONS / 50)
const SEED = Number(process.env.XSERVE_FUZZ_SEED ?? Date.now() % 1_000_000)

/** Calls under way, over all peers: each must be told of its end. */
let running = 0
let begun = 0

const count: GrpcMethod = {
  kind: 'unary',
  handle(request, call) {
    running++
    begun++
    return new Promise((resolve) => {
      call.onCancel(() => running--)
      queueMicrotask(() => {
        if (call.cancelled) return
        running--
        resolve(request)
      })
    })
  },
}
const METHODS = { '/t.T/Echo': count, '/t.T/Stream': echoStream }

/** Numbers from a seed (mulberry32), so that a failure can be had again. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

function mutate(session: Buffer, next: (below: number) => number): Buffer {
  let bytes = Buffer.from(session)
  for (let i = next(6); i >= 0; i--) {
    const at = next(bytes.length)
    switch (next(6)) {
      case 0:
        bytes[at] = next(256)
        break
      case 1:
        bytes[at]! ^= 1 << next(8)
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + next(40)))])
        break
      case 3:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          bytes.subarray(Math.max(0, at - next(200)), at),
          bytes.subarray(at),
        ])
        break
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(Array.from({ length: next(20) }, () => next(256))),
          bytes.subarray(at),
        ])
        break
      default:
        bytes = bytes.subarray(0, Math.max(1, at))
    }
    if (bytes.length === 0) return Buffer.from([0])
  }
  return bytes
}

/** Sends the bytes to a port, and hangs up when something has come back, or it is closed there. */
function throwAt(port: number, bytes: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
  socket.on('data', () => socket.destroy())
  socket.on('error', () => {})
  socket.on('close', () => resolve())
  return promise
}

/** Sends the bytes in pieces, lets answers leave, hangs up; then nothing may be left. */
async function play(peer: MemoryPeer, bytes: Buffer, next: (below: number) => number): Promise<void> {
  const piece = [bytes.length, 1 + next(20), 1 + next(2000)][next(3)]!
  for (let at = 0; at < bytes.length; at += piece) {
    peer.connection.receive(Buffer.from(bytes.subarray(at, at + piece)))
    if (next(10) === 0) peer.tick()
    if (next(20) === 0) peer.connection.drain()
  }
}

test('changed sessions of real clients', async () => {
  const sessions = await recordSessions()
  const next = random(SEED)
  for (let i = 0; i < SESSIONS; ) {
    const peers: MemoryPeer[] = []
    for (let batch = 0; batch < 50 && i < SESSIONS; batch++, i++) {
      const peer = connectInMemory(METHODS, { greeted: false, maxMessageBytes: 100_000 })
      if (next(4) === 0) peer.room = next(3000)
      await play(peer, mutate(sessions[next(sessions.length)]!, next), next)
      peers.push(peer)
    }
    await new Promise((resolve) => setImmediate(resolve))
    for (const peer of peers) {
      expect([SEED, peer.reported]).toEqual([SEED, []])
      peer.connection.closed()
    }
    expect([SEED, running]).toEqual([SEED, 0])
  }
  // Most changes leave some of a session as it was: otherwise only its first bytes would be tried.
  expect(begun).toBeGreaterThan(SESSIONS / 2)
}, 120_000)

const id = fc.constantFrom(0, 1, 3, 5, 7, 2, 9)
const bit = fc.integer({ min: 0, max: 255 })
const anyFrame = fc.oneof(
  fc
    .record({ id, path: fc.constantFrom('/t.T/Echo', '/t.T/Stream', '/t.T/Nope'), flags: bit })
    .map(({ id, path, flags }) => frame(1, flags, id, block(callFields(path)))),
  fc.record({ id, ends: fc.boolean() }).map(({ id, ends }) => headers(id, callFields('/t.T/Stream'), ends ? 1 : 0)),
  fc
    .record({ id, text: fc.string({ maxLength: 30 }), ends: fc.boolean() })
    .map(({ id, text, ends }) => data(id, message(`${id}:${text.replace(/[^ -~]/g, '')}`), ends)),
  fc.record({ id, by: fc.constantFrom(0, 1, 1000, 2 ** 31 - 1) }).map(({ id, by }) => windowUpdate(id, by)),
  fc.record({ id, code: fc.nat(20) }).map(({ id, code }) => reset(id, code)),
  fc
    .record({ setting: fc.integer({ min: 0, max: 9 }), value: fc.constantFrom(0, 1, 100, 16_384, 65_535, 2 ** 31) })
    .map(({ setting, value }) => settingsFrame([[setting, value]])),
  fc.constant(ping()),
  fc
    .record({ type: bit, flags: bit, id, payload: fc.uint8Array({ maxLength: 40 }) })
    .map(({ type, flags, id, payload }) => frame(type, flags, id, payload)),
)

test('over sockets: changed sessions, then a good call; nothing stays open', async () => {
  const sessions = await recordSessions()
  const next = random(SEED)
  const reported: unknown[] = []
  const front = await startHttp2Front(new Map(Object.entries(METHODS)), {
    host: '127.0.0.1',
    port: 0,
    maxMessageBytes: 100_000,
    onInternalError: (error) => reported.push(error),
  })
  for (let i = 0; i < SOCKETS; i += 25) {
    await Promise.all(
      Array.from({ length: 25 }, () => throwAt(front.port, mutate(sessions[next(sessions.length)]!, next))),
    )
  }
  const client = createRawClient(front.port)
  const answer = await client.unary('/t.T/Echo', Buffer.from('good'), new Metadata()).answer
  expect(Buffer.from(answer.bytes).toString()).toBe('good')
  client.close()
  // Nothing holds up the end: every connection is known to be gone, and every call with it.
  await front.close(5000)
  expect([SEED, reported, running]).toEqual([SEED, [], 0])
}, 60_000)

test('frames put together at random: whole frames come back, each stream its own words, in a legal order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyFrame, { maxLength: 40 }), fc.option(fc.nat(500)), async (frames, room) => {
      const peer = connectInMemory(METHODS, { greeted: false })
      if (room !== null) peer.room = room
      peer.send(preface(), ...frames)
      peer.room = Number.MAX_SAFE_INTEGER
      peer.connection.drained()
      // Throws for frames that are cut off, or that follow the end of their stream.
      const all = await peer.frames()
      for (const [stream, answer] of answersOf(all)) {
        for (const text of answer.messages) expect(text).toStartWith(`${stream}:`)
      }
      expect(peer.reported).toEqual([])
      peer.connection.closed()
      expect(running).toBe(0)
    }),
    { numRuns: 1500 },
  )
}, 60_000)
