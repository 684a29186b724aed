/** Jina's WebSocket gateway (Jina facts §2.6) and streams beside it: path and sub-protocol decide what a socket is for. Knows nothing of frames on the wire. */

import type { ServedRuntime } from '../../wire/call.ts'
import { PREFETCH } from '../../wire/defaults.ts'
import type { HttpRequest, HttpResponse, WebSocketHandler } from '../http/exchange.ts'
import { BYTES_CODEC, JSON_CODEC } from './codec.ts'
import { createConversation } from './conversation.ts'
import { openDryRun } from './dry-run.ts'
import { openStream } from './stream.ts'

export interface WebSocketHandlerOptions {
  /** Requests of one socket under way at a time; 0 = no limit. Jina's default is 1000. */
  readonly prefetch?: number
  /** Told of errors that callers see masked. */
  readonly onInternalError?: (error: unknown) => void
}

const PATHS: ReadonlySet<string> = new Set(['/', '/stream', '/dry_run'])
const PROTOCOLS = ['json', 'bytes'] as const
type Protocol = (typeof PROTOCOLS)[number]

/** Sub-protocols `json`, which is meant where none is named, and `bytes`; the one taken is echoed, as browsers insist. */
export function createWebSocketHandler(
  runtime: ServedRuntime,
  options: WebSocketHandlerOptions = {},
): WebSocketHandler {
  const { prefetch = PREFETCH, onInternalError = () => {} } = options
  const most = prefetch || Number.POSITIVE_INFINITY
  return (request) => {
    const { path } = request
    if (!PATHS.has(path)) return refuse(404, `Not Found: there are sockets at ${[...PATHS].join(', ')}`)
    const chosen = chooseProtocol(request)
    if (chosen === undefined) return refuse(400, `no such sub-protocol: there are ${PROTOCOLS.join(' and ')}`)
    const protocol = chosen ?? 'json'
    if (path === '/dry_run') {
      const asked = { handshake: request, protocol, onInternalError }
      return { protocol: chosen, open: (peer) => openDryRun(runtime, peer, asked) }
    }
    const codec = protocol === 'json' ? JSON_CODEC : BYTES_CODEC
    const conversation = { handler: runtime.handler, codec, handshake: request, prefetch: most, onInternalError }
    if (path === '/stream') return { protocol: chosen, open: (peer) => openStream(peer, conversation) }
    return { protocol: chosen, open: (peer) => createConversation(peer, conversation) }
  }
}

/** The first that we speak; null: none was asked for; undefined: none that we speak. */
function chooseProtocol(request: HttpRequest): Protocol | null | undefined {
  const asked = request.header('sec-websocket-protocol')
  if (asked === undefined || asked.trim() === '') return null
  const names = asked.split(',').map((name) => name.trim())
  const name = names.find((one): one is Protocol => (PROTOCOLS as readonly string[]).includes(one))
  return name
}

function refuse(status: number, detail: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ detail }) }
}
