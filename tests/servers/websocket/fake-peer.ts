/** The far end of a WebSocket without one: what is sent to it is kept. */
import type { WebSocketHandler, WebSocketListener, WebSocketPeer } from '../../../lib/servers/http/exchange.ts'
import { type FakeOptions, fakeRequest } from '../http/fake-request.ts'

export interface FakePeer extends WebSocketPeer {
  readonly sent: (string | Uint8Array)[]
  readonly closed: { readonly code: number; readonly reason: string } | null
  readonly paused: boolean
  /** Resolves with the close frame. */
  readonly ended: Promise<void>
  /** What `send` answers: false is a slow reader. */
  fast: boolean
  /** Resolves when so many frames have been sent, the close frame counted. */
  frames(count: number): Promise<void>
}

export function fakePeer(): FakePeer {
  const sent: (string | Uint8Array)[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let closed: { code: number; reason: string } | null = null
  let paused = false
  const ended = Promise.withResolvers<void>()
  const wake = (): void => {
    const there = sent.length + (closed ? 1 : 0)
    for (const { count, resolve } of waiting) if (there >= count) resolve()
  }
  const peer: FakePeer = {
    sent,
    get closed() {
      return closed
    },
    get paused() {
      return paused
    },
    ended: ended.promise,
    fast: true,
    onDrain: null,
    send(data) {
      sent.push(data)
      wake()
      return peer.fast
    },
    pause() {
      paused = true
    },
    resume() {
      paused = false
    },
    close(code, reason = '') {
      closed = { code, reason }
      wake()
      ended.resolve()
    },
    frames: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve })
        wake()
      }),
  }
  return peer
}

export interface Opened {
  readonly protocol: string | null
  readonly peer: FakePeer
  readonly listener: WebSocketListener
}

/** Throws when the upgrade is refused. */
export function open(
  handler: WebSocketHandler,
  protocol: string | null = null,
  path = '/',
  options: FakeOptions = {},
): Opened {
  const headers = { ...options.headers, ...(protocol === null ? {} : { 'sec-websocket-protocol': protocol }) }
  const decision = handler(fakeRequest('GET', path, { headers }))
  if (!('open' in decision)) throw new Error(`refused: ${decision.status} ${decision.body}`)
  const peer = fakePeer()
  return { protocol: decision.protocol, peer, listener: decision.open(peer) }
}
