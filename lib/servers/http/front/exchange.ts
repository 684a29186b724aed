/** One request and its answer on a connection. */
import { XserveError } from '../../../errors.ts'
import type { HttpRequest, HttpResponse } from '../exchange.ts'
import { Body, type BodySource } from './body.ts'
import { contentCodingOf } from './inflate.ts'
import type { Refusal } from './refusal.ts'
import type { Head } from './request-head.ts'
import { parseTarget, type RequestTarget } from './request-target.ts'

const UNKNOWN_CODING: Refusal = { status: 415, detail: 'a body may be encoded as gzip or deflate, or not at all' }

const NOTHING = new Uint8Array(0)
const gone = () => new XserveError('CANCELLED', 'the caller has gone')

/** What an exchange asks of its connection. */
interface Carrier extends BodySource {
  readonly peer: string
}

/** Hot-path object: one per request. */
export class Exchange implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly version: '1.0' | '1.1'
  cancelled = false
  /** Waits here until the answers before it are sent. */
  answer: HttpResponse | null = null
  /** The connection ends behind the answer. */
  last = false
  /** Length of the body if it came with the head, as those of most requests do; -1 if it did not. */
  whole = -1
  /** A body that is still to arrive or to be unpacked; null when there is none. */
  content: Body | null = null

  private listeners: (() => void)[] | null = null
  private view: Uint8Array | null = null

  constructor(
    private readonly carrier: Carrier,
    private readonly head: Head,
    target: RequestTarget,
  ) {
    this.method = head.method
    this.path = target.path
    this.query = target.query
    this.version = head.minor === 1 ? '1.1' : '1.0'
  }

  get peer(): string {
    return this.carrier.peer
  }

  /** Whether it may run beside others of its kind that came before it (RFC 9112 §9.3.2). */
  get safe(): boolean {
    if (this.content !== null || this.whole >= 0) return false
    return this.method === 'GET' || this.method === 'HEAD' || this.method === 'OPTIONS'
  }

  header(name: string): string | undefined {
    return this.head.header(name)
  }

  headers(): [name: string, value: string][] {
    return this.head.headers()
  }

  get rawPath(): string {
    const { target } = this.head
    const from = target.startsWith('/') ? 0 : Math.max(0, target.indexOf('/', target.indexOf('://') + 3))
    const mark = target.indexOf('?', from)
    return target.startsWith('/') || target.includes('://') ? target.slice(from, mark === -1 ? undefined : mark) : '/'
  }

  body(): Uint8Array | Promise<Uint8Array> {
    if (this.content !== null) return this.content.read()
    if (this.whole < 0) return NOTHING
    this.view ??= this.head.bytes.subarray(this.head.end, this.head.end + this.whole)
    return this.view
  }

  /** Straight from the bytes that were read: a view of them costs as much as all the rest of taking a request. */
  text(): string | null {
    return this.whole < 0 ? null : this.head.bytes.toString('utf8', this.head.end, this.head.end + this.whole)
  }

  onCancel(listener: () => void): void {
    if (this.cancelled) listener()
    else if (this.listeners === null) this.listeners = [listener]
    else this.listeners.push(listener)
  }

  /** The caller has gone before the answer was sent. */
  cancel(): void {
    if (this.cancelled) return
    this.cancelled = true
    if (this.content !== null && !this.content.done) this.content.fail(gone())
    const { listeners } = this
    this.listeners = null
    if (listeners !== null) for (const listener of listeners) listener()
  }
}

/** The exchange that a head in `bytes` begins. `maxBytes`: of the body; -1 for no limit. */
export function openExchange(head: Head, bytes: Uint8Array, carrier: Carrier, maxBytes: number): Exchange | Refusal {
  const target = parseTarget(head.method, head.target)
  if ('status' in target) return target
  const exchange = new Exchange(carrier, head, target)
  exchange.last = !head.keepAlive
  if (!head.chunked && head.contentLength <= 0) return exchange
  const coding = contentCodingOf(head.header('content-encoding'))
  if (coding === undefined) return UNKNOWN_CODING
  const length = head.chunked ? -1 : head.contentLength
  const end = head.end + length
  if (length > 0 && coding === null && end <= bytes.length && (maxBytes < 0 || length <= maxBytes)) {
    exchange.whole = length
    return exchange
  }
  exchange.content = new Body(carrier, length, coding, maxBytes, head.expectsContinue)
  return exchange
}
