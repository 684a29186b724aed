/** How this machine reaches a listener. */
import type { Listener, Protocol } from '../wire/call.ts'
import { unixPath } from '../wire/unix-socket.ts'

const SCHEMES: Readonly<Record<Protocol, string>> = { grpc: 'grpc', http: 'http', websocket: 'ws' }

/** `HOST:PORT`, or `unix:PATH`. */
export function addressOf({ host, port }: Pick<Listener, 'host' | 'port'>): string {
  const path = unixPath(host)
  if (path !== null) return `unix:${path}`
  return `${hereOf(host)}:${port}`
}

/** With the scheme that clients take: `grpcs://HOST:PORT`; of a Unix socket, `unix:PATH` whatever is spoken there. */
export function urlOf(listener: Pick<Listener, 'host' | 'port' | 'protocol' | 'tls'>): string {
  if (unixPath(listener.host) !== null) return addressOf(listener)
  return `${SCHEMES[listener.protocol]}${listener.tls ? 's' : ''}://${addressOf(listener)}`
}

function hereOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
