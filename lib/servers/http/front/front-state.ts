/** What the connections of a front share, and what each needs of its socket. */
import type { HttpHandler, WebSocketHandler } from '../exchange.ts'
import type { Clock } from './clock.ts'
import type { SharedBuffer } from './outbox.ts'

export interface FrontState {
  readonly http: HttpHandler
  readonly websocket: WebSocketHandler | undefined
  readonly maxMessageBytes: number
  readonly clock: Clock
  readonly shared: SharedBuffer
  /** Told of errors that callers see masked. */
  readonly report: (error: unknown) => void
  /** No new requests: connections end behind the answers under way. */
  draining: boolean
}

export interface FrontSocket {
  readonly remoteAddress: string
  readonly remotePort: number
  write(bytes: Uint8Array, offset: number, length: number): number
  pause(): void
  resume(): void
  /** Sends the end; what comes is still read. */
  shutdown(): void
  /** At once. */
  end(): void
}
