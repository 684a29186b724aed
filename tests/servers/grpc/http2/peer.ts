/** A client's side of HTTP/2 in memory: frames as bytes, and a connection of the front without a socket. */
import { Connection } from '../../../../lib/servers/grpc/http2/connection.ts'
import { FieldDecoder } from '../../../../lib/servers/grpc/http2/field-decoder.ts'
import { BlockPool } from '../../../../lib/servers/grpc/http2/outbox.ts'
import {
  DATA,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  PING,
  PREFACE,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from '../../../../lib/servers/grpc/http2/protocol.ts'
import { greeting } from '../../../../lib/servers/grpc/http2/settings.ts'
import { tuningOf } from '../../../../lib/servers/grpc/http2/tuning.ts'
import type { GrpcMethod } from '../../../../lib/servers/grpc/method.ts'
import type { ServerTuning } from '../../../../lib/wire/grpc-tuning.ts'

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

const u32 = (value: number): Buffer => {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(value)
  return out
}

export const preface = (settings: readonly (readonly [number, number])[] = []): Buffer =>
  Buffer.concat([Buffer.from(PREFACE), settingsFrame(settings)])

export function settingsFrame(settings: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(settings.length * 6)
  for (const [i, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, i * 6)
    payload.writeUInt32BE(value, i * 6 + 2)
  }
  return frame(SETTINGS, 0, 0, payload)
}

/** Fields as literals that nobody keeps, without Huffman; texts shorter than 127. */
export function block(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [
      Buffer.from([0, name.length]),
      Buffer.from(name, 'latin1'),
      Buffer.from([value.length]),
      Buffer.from(value, 'latin1'),
    ]),
  )
}

export const callFields = (path: string, more: readonly (readonly [string, string])[] = []) =>
  [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'test'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...more,
  ] as const

export const headers = (stream: number, fields: readonly (readonly [string, string])[], flags = 0): Buffer =>
  frame(HEADERS, END_HEADERS | flags, stream, block(fields))

export function message(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text as string)
  return Buffer.concat([Buffer.from([0]), u32(bytes.length), bytes])
}

export const data = (stream: number, payload: Uint8Array, ends = false): Buffer =>
  frame(DATA, ends ? END_STREAM : 0, stream, payload)

/** HEADERS and DATA of a whole unary call. */
export const call = (stream: number, path: string, text: string | Uint8Array): Buffer =>
  Buffer.concat([headers(stream, callFields(path)), data(stream, message(text), true)])

export const windowUpdate = (stream: number, by: number): Buffer => frame(WINDOW_UPDATE, 0, stream, u32(by))
export const reset = (stream: number, code = 8): Buffer => frame(RST_STREAM, 0, stream, u32(code))
export const ping = (text = '12345678', flags = 0): Buffer => frame(PING, flags, 0, Buffer.from(text))

/** Throws when the bytes do not end with a frame. */
export function framesOf(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  let at = 0
  while (at < bytes.length) {
    const length = bytes.readUIntBE(at, 3)
    const end = at + 9 + length
    if (end > bytes.length) throw new Error(`a frame of ${length} bytes at ${at} is cut off`)
    const payload = bytes.subarray(at + 9, end)
    frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, stream: bytes.readUInt32BE(at + 5), payload })
    at = end
  }
  return frames
}

/** The frames that have come whole. */
export function wholeFrames(bytes: Buffer): Frame[] {
  let at = 0
  while (at + 9 <= bytes.length && at + 9 + bytes.readUIntBE(at, 3) <= bytes.length) at += 9 + bytes.readUIntBE(at, 3)
  return framesOf(bytes.subarray(0, at))
}

/** What a stream brought: `status` is grpc-status, or the code of RST_STREAM as `reset`. */
export interface Answer {
  messages: string[]
  status?: string
  text?: string
  fields: Record<string, string>
  reset?: number
  ended: boolean
}

const HEAR_ALL = Number.MAX_SAFE_INTEGER

export interface MemoryPeer {
  readonly connection: Connection
  send(...parts: readonly Uint8Array[]): void
  /** Frames since the last call of it; waits for the end of the tick, in which answers leave. */
  frames(): Promise<Frame[]>
  /** Everything so far, by stream. */
  answers(): Promise<Map<number, Answer>>
  /** Code and text of the last GOAWAY. */
  goaway(): Promise<{ readonly lastStream: number; readonly code: number; readonly text: string } | undefined>
  /** One second passes. */
  tick(): void
  /** Bytes that the socket takes from here on; what is left of them. */
  room: number
  readonly ended: 'no' | 'shutdown' | 'end'
  readonly reported: unknown[]
}

/** A connection in memory; `greeted`: preface and settings have been sent. */
export function connectInMemory(
  methods: Record<string, GrpcMethod>,
  options: {
    maxMessageBytes?: number
    greeted?: boolean
    settings?: readonly (readonly [number, number])[]
    tuning?: ServerTuning
  } = {},
): MemoryPeer {
  let seconds = 1
  let written: Buffer[] = []
  let seen = 0
  const all: Frame[] = []
  const reported: unknown[] = []
  const clock = {
    get seconds() {
      return seconds
    },
    dateLine: '',
    start() {},
    stop() {},
  }
  const peer = { room: HEAR_ALL, ended: 'no' as 'no' | 'shutdown' | 'end' }
  const socket = {
    remoteAddress: '127.0.0.1',
    remotePort: 5,
    write(bytes: Uint8Array, offset: number, length: number) {
      const taken = Math.min(length, peer.room)
      peer.room -= taken
      written.push(Buffer.from(bytes.subarray(offset, offset + taken)))
      return taken
    },
    pause() {},
    resume() {},
    shutdown() {
      peer.ended = 'shutdown'
    },
    end() {
      peer.ended = 'end'
    },
  }
  const connection = new Connection(socket, {
    methods: new Map(Object.entries(methods)),
    maxMessageBytes: options.maxMessageBytes ?? -1,
    clock,
    pool: new BlockPool(),
    tuning: tuningOf(options.tuning),
    greeting: greeting(tuningOf(options.tuning).mostStreams),
    report: (error) => reported.push(error),
  })
  const collect = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    const bytes = Buffer.concat(written)
    written = []
    all.push(...framesOf(bytes))
  }
  if (options.greeted !== false) connection.receive(preface(options.settings))
  return Object.assign(peer, {
    connection,
    reported,
    send(...parts: readonly Uint8Array[]) {
      connection.receive(Buffer.concat(parts))
    },
    async frames() {
      await collect()
      const fresh = all.slice(seen)
      seen = all.length
      return fresh
    },
    async answers() {
      await collect()
      return answersOf(all)
    },
    async goaway() {
      await collect()
      const last = all.findLast(({ type }) => type === GOAWAY)?.payload
      if (last === undefined) return undefined
      return { lastStream: last.readUInt32BE(0), code: last.readUInt32BE(4), text: last.toString('utf8', 8) }
    },
    tick() {
      seconds++
      connection.tick(seconds)
    },
  })
}

export function answersOf(frames: readonly Frame[]): Map<number, Answer> {
  const decoder = new FieldDecoder(HEAR_ALL)
  const bodies = new Map<number, Buffer[]>()
  const answers = new Map<number, Answer>()
  for (const { type, flags, stream, payload } of frames) {
    if (stream === 0) continue
    let answer = answers.get(stream)
    if (answer === undefined) answers.set(stream, (answer = { messages: [], fields: {}, ended: false }))
    if (answer.ended && type !== RST_STREAM && type !== WINDOW_UPDATE) throw new Error(`frame ${type} behind the end`)
    if (type === HEADERS) {
      decoder.read(payload, 0, payload.length)
      for (const [i, name] of decoder.names.entries()) answer.fields[name] = decoder.values[i]!
      if (answer.fields['grpc-status'] !== undefined) answer.status = answer.fields['grpc-status']
      if (answer.fields['grpc-message'] !== undefined) answer.text = decodeURIComponent(answer.fields['grpc-message'])
    } else if (type === DATA) {
      bodies.set(stream, [...(bodies.get(stream) ?? []), payload])
    } else if (type === RST_STREAM) answer.reset = payload.readUInt32BE(0)
    if ((type === HEADERS || type === DATA) && (flags & END_STREAM) !== 0) answer.ended = true
  }
  for (const [stream, pieces] of bodies) {
    const body = Buffer.concat(pieces)
    for (let at = 0; at + 5 <= body.length; ) {
      const end = at + 5 + body.readUInt32BE(at + 1)
      if (end > body.length) break
      answers.get(stream)!.messages.push(body.toString('latin1', at + 5, end))
      at = end
    }
  }
  return answers
}

/** The answer of a call when it has ended: packed messages are read beside. */
export async function answered(peer: MemoryPeer, id = 1): Promise<Answer> {
  for (;;) {
    const answer = (await peer.answers()).get(id)
    if (answer?.ended) return answer
  }
}

export const echo: GrpcMethod = { kind: 'unary', handle: (request) => request }
export const later: GrpcMethod = { kind: 'unary', handle: async (request) => request }
export const never: GrpcMethod = { kind: 'unary', handle: () => new Promise(() => {}) }
export const echoStream: GrpcMethod = {
  kind: 'stream',
  open: (sink) => ({ message: (bytes) => void sink.write(bytes), end: () => sink.end() }),
}

/** One method of each kind. */
export const METHODS = { '/t.T/Echo': echo, '/t.T/Later': later, '/t.T/Never': never, '/t.T/Stream': echoStream }
