/** Routes: who handled a request, from when to when (Jina facts §1.2, §1.5). Kept as numbers, written once at the end. */
import { readFields } from './fields.ts'
import { decodeStatus, type Status } from './status.ts'
import { varintLength, writeBytesField, writeVarint } from './write.ts'

export interface Route {
  readonly executor: string
  /** Milliseconds of the epoch with fraction; 0 = not written. */
  readonly startMs: number
  readonly endMs: number
  /** StatusProto bytes of a node that failed, or has a remark to make; null: none. */
  readonly status: Uint8Array | null
}

/** Asked for once: it takes as long as a look at the clock. */
const { timeOrigin } = performance

/** Milliseconds of the epoch with microseconds, from the monotonic clock. */
export function now(): number {
  return timeOrigin + performance.now()
}

const names = new Map<string, Uint8Array>()

/** Names of nodes are few and come with every request. */
function nameBytes(name: string): Uint8Array {
  let bytes = names.get(name)
  if (!bytes) {
    if (names.size > 1000) names.clear()
    names.set(name, (bytes = Buffer.from(name)))
  }
  return bytes
}

/** Nanoseconds within the second, in steps of a microsecond: the clock is no finer. */
function nanosOf(ms: number, seconds: number): number {
  return Math.min(999_999, Math.max(0, Math.round((ms - seconds * 1000) * 1000))) * 1000
}

/** Routes are written here first, so that their length is known: one pass instead of two. Grows for statuses. */
let scratch = Buffer.allocUnsafeSlow(1024)
/** Bytes of a route beside its name and status: tags, lengths, two times. */
const MOST_REST = 48

/** The varint of the last second that was written: the times of one answer share it. */
let lastSecond = -1
const secondBytes = new Uint8Array(8)
let secondLength = 0

function writeTime(out: Uint8Array, at: number, tag: number, ms: number): number {
  if (ms <= 0) return at
  const seconds = Math.floor(ms / 1000)
  if (seconds !== lastSecond) {
    lastSecond = seconds
    secondLength = writeVarint(secondBytes, 0, seconds)
  }
  out[at] = tag
  out[at + 2] = 0x08
  let position = at + 3
  for (let i = 0; i < secondLength; i++) out[position++] = secondBytes[i]!
  const nanos = nanosOf(ms, seconds)
  if (nanos !== 0) {
    out[position] = 0x10
    position = writeVarint(out, position + 1, nanos)
  }
  out[at + 1] = position - at - 2
  return position
}

/** The routes as RouteProto fields with their tags: a view that lives until the next call. */
export function encodeRoutes(routes: readonly Route[]): Uint8Array {
  let room = 0
  for (const { executor, status } of routes) room += MOST_REST + executor.length * 3 + (status ? status.length + 8 : 0)
  if (room > scratch.length) scratch = Buffer.allocUnsafeSlow(room)
  let position = 0
  for (const route of routes) position = writeRoute(scratch, position, route)
  return scratch.subarray(0, position)
}

function writeRoute(out: Buffer, at: number, route: Route): number {
  const name = nameBytes(route.executor)
  const { status } = route
  // Nearly every route is shorter than 128 bytes: its length then takes one byte, which is filled in behind it.
  const long = status !== null || name.length > 90
  let position = at + 2
  position = writeBytesField(out, position, 0x0a, name)
  position = writeTime(out, position, 0x12, route.startMs)
  position = writeTime(out, position, 0x1a, route.endMs)
  out[at] = 0x1a
  if (!long) {
    out[at + 1] = position - at - 2
    return position
  }
  const content = position - at - 2 + (status ? 1 + varintLength(status.length) + status.length : 0)
  const start = at + 1 + varintLength(content)
  out.copyWithin(start, at + 2, position)
  writeVarint(out, at + 1, content)
  position += start - at - 2
  return status ? writeBytesField(out, position, 0x22, status) : position
}

/** A route as a client sees it; times in milliseconds of the epoch, 0 where there is none. */
export interface RouteRecord {
  readonly executor: string
  readonly startMs: number
  readonly endMs: number
  readonly failed: boolean
  /** Of one that did not fail and has something to say: `1 shards out of 3 failed`. */
  readonly remark?: string
}

/** Routes from RouteProto fields with their tags (`Envelope.routeBytes`). */
export function decodeRoutes(bytes: Uint8Array): RouteRecord[] {
  return readRoutes(bytes).map(({ executor, startMs, endMs, status }) => ({
    executor,
    startMs,
    endMs,
    ...outcomeOf(status === null ? null : decodeStatus(status)),
  }))
}

/** What a status says of its route. */
export function outcomeOf(status: Pick<Status, 'code' | 'description'> | null): Pick<RouteRecord, 'failed' | 'remark'> {
  const failed = status?.code === 1
  return { failed, ...(status?.description && !failed ? { remark: status.description } : {}) }
}

/** The same with the status of each as it came. */
export function readRoutes(bytes: Uint8Array): Route[] {
  return [...readFields(bytes, 'the routes')]
    .filter((field) => field.number === 3)
    .map((field) => readRoute(field.bytes))
}

function readRoute(bytes: Uint8Array): Route {
  let executor = ''
  let startMs = 0
  let endMs = 0
  let status: Uint8Array | null = null
  for (const field of readFields(bytes, 'a route')) {
    if (field.number === 1) executor = Buffer.from(field.bytes).toString()
    else if (field.number === 2) startMs = decodeTime(field.bytes)
    else if (field.number === 3) endMs = decodeTime(field.bytes)
    else if (field.number === 4) status = field.bytes
  }
  return { executor, startMs, endMs, status }
}

function decodeTime(bytes: Uint8Array): number {
  let ms = 0
  for (const field of readFields(bytes, 'a time')) ms += field.number === 1 ? field.value * 1000 : field.value / 1e6
  return ms
}
