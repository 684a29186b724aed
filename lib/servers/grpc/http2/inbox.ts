/**
 * Messages of one stream that wait: because their method has paused, or because one before them is being unpacked. They keep
 * their order.
 */

import { gunzip, inflate } from 'node:zlib'
import { XserveError } from '../../../errors.ts'
import { loanOf } from '../../../link/memory/loan.ts'
import { unpackWithin } from '../../socket/unpack.ts'

/** How a stream packs its messages (grpc-encoding). */
export type Packing = 'identity' | 'gzip' | 'deflate'

export interface InboxOwner {
  readonly packing: Packing
  /** Bytes of a message, unpacked; -1: any number. */
  readonly mostBytes: number
  take(bytes: Uint8Array): void
  /** Bytes came to wait here, or wait no more (negative). */
  held(bytes: number): void
  /** Nothing waits, and nothing has to. */
  emptied(): void
  fail(error: unknown): void
}

interface Waiting {
  readonly bytes: Uint8Array
  readonly compressed: boolean
}

export class Inbox {
  private readonly queue: Waiting[] = []
  private paused = false
  private unpacking = false
  private flowing = false
  private closed = false

  constructor(private readonly owner: InboxOwner) {}

  /** Messages pass straight through. */
  get open(): boolean {
    return this.queue.length === 0 && !this.paused && !this.unpacking
  }

  /** Nothing is left to be taken, though more may have to wait. */
  get empty(): boolean {
    return this.queue.length === 0 && !this.unpacking
  }

  push(bytes: Uint8Array, compressed: boolean): void {
    // Memory of its own: a view would keep all that was read with it. What is on loan is no part of that.
    const isView = this.paused && loanOf(bytes) === null
    this.queue.push({ bytes: isView ? new Uint8Array(bytes) : bytes, compressed })
    this.owner.held(bytes.length)
    this.flow()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.flow()
  }

  close(): void {
    this.closed = true
    for (const { bytes } of this.queue) this.owner.held(-bytes.length)
    this.queue.length = 0
  }

  private flow(): void {
    if (this.flowing) return
    this.flowing = true
    while (!(this.paused || this.unpacking) && this.queue.length > 0) {
      const { bytes, compressed } = this.queue.shift()!
      this.owner.held(-bytes.length)
      if (compressed) this.unpack(bytes)
      else this.owner.take(bytes)
    }
    this.flowing = false
    if (this.open && !this.closed) this.owner.emptied()
  }

  private unpack(bytes: Uint8Array): void {
    this.unpacking = true
    unpackMessage(bytes, this.owner.packing, this.owner.mostBytes).then(
      (plain) => {
        this.unpacking = false
        if (this.closed) return
        this.owner.take(plain)
        this.flow()
      },
      (error: unknown) => {
        this.unpacking = false
        if (!this.closed) this.owner.fail(error)
      },
    )
  }
}

/** Rejects with BAD_REQUEST for what is not packed so, TOO_LARGE beyond `limit` bytes (-1: none). */
export function unpackMessage(bytes: Uint8Array, packing: Packing, limit: number): Promise<Uint8Array> {
  if (packing === 'identity') {
    const error = new XserveError('BAD_REQUEST', 'a message says that it is compressed, and no grpc-encoding says how')
    return Promise.reject(error)
  }
  return unpackWithin(packing === 'gzip' ? gunzip : inflate, bytes, limit, {
    tooLarge: () => tooLarge(limit),
    broken: (cause) => new XserveError('BAD_REQUEST', `a message is not ${packing} as its stream says`, { cause }),
  })
}

export function tooLarge(limit: number): XserveError {
  return new XserveError('TOO_LARGE', `the message is larger than ${limit} bytes`, {
    hint: 'send less at once, or raise the limit of the server',
  })
}
