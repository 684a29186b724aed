/** The body of one request while it arrives: within its limit, and no faster than the handler wants it. */
import { XserveError } from '../../../errors.ts'
import { ChunkedReader } from './chunked.ts'
import { Gather } from './gather.ts'
import { type ContentCoding, inflateBody, tooLarge } from './inflate.ts'
import type { Refusal } from './refusal.ts'

/** Kept of a body that no handler has asked for yet. */
const UNASKED = 64 * 1024
/** Read past to keep a connection whose body nobody wanted. */
const WORTH_SKIPPING = 256 * 1024

const MALFORMED: Refusal = { status: 400, detail: 'the chunks of the body are malformed' }

/** What a body does to its connection. */
export interface BodySource {
  /** The caller waits for a word before it sends the body (100-continue). */
  invite(): void
  pause(): void
  resume(): void
}

/** Hot-path object: one per request that has a body. */
export class Body {
  /** All of it has arrived. */
  done = false
  /** Set when the caller broke off or the rules: nothing behind it can be understood. */
  refusal: Refusal | null = null
  /** What `read()` rejects with. */
  failure: XserveError | null = null
  /** Bytes that arrived, as sent. */
  arrived = 0

  private readonly gather: Gather
  private readonly chunks: ChunkedReader | null
  private asked = false
  private paused = false
  private skipping = false
  private result: Promise<Uint8Array> | null = null
  private settle: { resolve(bytes: Uint8Array): void; reject(error: unknown): void } | null = null

  constructor(
    private readonly source: BodySource,
    /** -1: chunked. */
    private readonly length: number,
    private readonly coding: ContentCoding | null,
    private readonly limit: number,
    private invites: boolean,
  ) {
    this.gather = new Gather(length)
    this.chunks = length < 0 ? new ChunkedReader() : null
    if (limit >= 0 && length > limit) this.fail(tooLarge(limit))
  }

  /** Takes what belongs to the body and says where that ends. */
  push(bytes: Uint8Array, from: number): number {
    const end = this.chunks === null ? this.pushPlain(bytes, from) : this.pushChunked(this.chunks, bytes, from)
    this.arrived += end - from
    if (this.done) this.complete()
    else if (this.unwanted) {
      this.paused = true
      this.source.pause()
    }
    return end
  }

  /** The whole; the same at each call. */
  read(): Promise<Uint8Array> {
    if (this.result !== null) return this.result
    this.asked = true
    if (this.failure !== null) this.result = Promise.reject(this.failure)
    else if (this.done) this.result = this.decode()
    else this.result = this.wait()
    // A handler may have asked and then lost interest.
    if (this.coding !== null || this.failure !== null || !this.done) this.result.catch(() => {})
    return this.result
  }

  /** The answer is on its way, so what is missing of the body is of no use. false: too much to wait for it. */
  skip(): boolean {
    if (this.done) return true
    this.skipping = true
    this.gather.clear()
    // Whether a caller sends a body that it was not invited to send is not known.
    if (this.refusal !== null || this.invites || this.length < 0) return false
    if (this.length - this.arrived > WORTH_SKIPPING) return false
    this.wake()
    return true
  }

  fail(error: XserveError, refusal: Refusal | null = null): void {
    this.refusal ??= refusal
    if (this.failure !== null) return
    this.failure = error
    this.gather.clear()
    this.settle?.reject(error)
    this.settle = null
    this.wake()
  }

  /** More has come than is taken before somebody asks for the body. */
  private get unwanted(): boolean {
    if (this.asked || this.skipping || this.paused) return false
    return this.failure !== null || this.gather.length > UNASKED
  }

  private wait(): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    this.settle = { resolve, reject }
    if (this.invites && this.arrived === 0) this.source.invite()
    this.invites = false
    this.wake()
    return promise
  }

  private wake(): void {
    if (!this.paused) return
    this.paused = false
    this.source.resume()
  }

  private pushPlain(bytes: Uint8Array, from: number): number {
    const to = Math.min(bytes.length, from + this.length - this.arrived)
    this.keep(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to))
    this.done = this.arrived + to - from === this.length
    return to
  }

  private pushChunked(chunks: ChunkedReader, bytes: Uint8Array, from: number): number {
    const end = chunks.read(bytes, from, (piece) => this.keep(piece))
    if (end === -1) {
      this.fail(new XserveError('BAD_REQUEST', MALFORMED.detail), MALFORMED)
      return bytes.length
    }
    this.done = chunks.done
    return end
  }

  private keep(piece: Uint8Array): void {
    if (this.failure !== null || this.skipping) return
    if (this.limit >= 0 && this.gather.length + piece.length > this.limit) this.fail(tooLarge(this.limit))
    else this.gather.append(piece)
  }

  private complete(): void {
    const { settle } = this
    this.settle = null
    if (settle !== null && this.failure === null) this.decode().then(settle.resolve, settle.reject)
  }

  private decode(): Promise<Uint8Array> {
    const bytes = this.gather.take()
    return this.coding === null ? Promise.resolve(bytes) : inflateBody(bytes, this.coding, this.limit)
  }
}
