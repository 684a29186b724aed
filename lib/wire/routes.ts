/** Routes: who handled a request, from when to when (Jina facts §1.2, §1.5). Kept as numbers, written once at the end. */
import { readFields } from './fields.ts'
import { varintLength, writeBytesField, writeVarint } from './write.ts'

export interface Route {
  readonly executor: string
  /** Milliseconds of the epoch with fraction; 0 = not written. */
  readonly startMs: number
  readonly endMs: number
  /** StatusProto bytes of a node that failed; null: none. */
  readonly status: Uint8Array | null
}

/** Milliseconds of the epoch with microseconds, from the monotonic clock. */
export function now(): number {
  return performance.timeOrigin + performance.now()
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

function timeLength(ms: number): number {
  if (ms <= 0) return 0
  const seconds = Math.floor(ms / 1000)
  const nanos = nanosOf(ms, seconds)
  return 2 + 1 + varintLength(seconds) + (nanos === 0 ? 0 : 1 + varintLength(nanos))
}

function writeTime(out: Uint8Array, at: number, tag: number, ms: number): number {
  if (ms <= 0) return at
  const seconds = Math.floor(ms / 1000)
  const nanos = nanosOf(ms, seconds)
  out[at] = tag
  out[at + 1] = timeLength(ms) - 2
  out[at + 2] = 0x08
  let position = writeVarint(out, at + 3, seconds)
  if (nanos !== 0) {
    out[position] = 0x10
    position = writeVarint(out, position + 1, nanos)
  }
  return position
}

function contentLength(route: Route): number {
  const name = nameBytes(route.executor).length
  let length = 1 + varintLength(name) + name + timeLength(route.startMs) + timeLength(route.endMs)
  if (route.status) length += 1 + varintLength(route.status.length) + route.status.length
  return length
}

export function encodedRoutesLength(routes: readonly Route[]): number {
  let length = 0
  for (const route of routes) {
    const content = contentLength(route)
    length += 1 + varintLength(content) + content
  }
  return length
}

export function writeRoutes(out: Uint8Array, at: number, routes: readonly Route[]): number {
  let position = at
  for (const route of routes) {
    out[position] = 0x1a
    position = writeVarint(out, position + 1, contentLength(route))
    position = writeBytesField(out, position, 0x0a, nameBytes(route.executor))
    position = writeTime(out, position, 0x12, route.startMs)
    position = writeTime(out, position, 0x1a, route.endMs)
    if (route.status) position = writeBytesField(out, position, 0x22, route.status)
  }
  return position
}

/** A route as a client sees it; times in milliseconds of the epoch, 0 where there is none. */
export interface RouteRecord {
  readonly executor: string
  readonly startMs: number
  readonly endMs: number
  readonly failed: boolean
}

/** Routes from RouteProto fields with their tags (`Envelope.routeBytes`). */
export function decodeRoutes(bytes: Uint8Array): RouteRecord[] {
  return readRoutes(bytes).map(({ executor, startMs, endMs, status }) => ({
    executor,
    startMs,
    endMs,
    failed: status !== null && status[0] === 0x08 && status[1] === 1,
  }))
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
