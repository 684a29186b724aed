/** How this machine reaches a listener. */
import type { Listener, Protocol } from '../wire/call.ts'

const SCHEMES: Readonly<Record<Protocol, string>> = { grpc: 'grpc', http: 'http', websocket: 'ws' }

/** `HOST:PORT`. */
export function addressOf({ host, port }: Pick<Listener, 'host' | 'port'>): string {
  return `${hereOf(host)}:${port}`
}

/** With the scheme that clients take: `grpcs://HOST:PORT`. */
export function urlOf(listener: Pick<Listener, 'host' | 'port' | 'protocol' | 'tls'>): string {
  return `${SCHEMES[listener.protocol]}${listener.tls ? 's' : ''}://${addressOf(listener)}`
}

function hereOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
