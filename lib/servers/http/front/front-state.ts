/** What the connections of a front share. */

import type { Clock } from '../../socket/clock.ts'
import type { HttpHandler, WebSocketHandler } from '../exchange.ts'
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
