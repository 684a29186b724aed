/** How this machine reaches a listener. */
import { addressText, urlText } from '../wire/address.ts'
import type { Listener } from '../wire/call.ts'
import { unixPath } from '../wire/unix-socket.ts'

/** `HOST:PORT`, or `unix:PATH`. */
export function addressOf({ host, port }: Pick<Listener, 'host' | 'port'>): string {
  return addressText({ host: hereOf(host), port })
}

/** With the scheme that clients take: `grpcs://HOST:PORT`; of a Unix socket, `unix:PATH` whatever is spoken there. */
export function urlOf({ protocol, host, port, tls }: Pick<Listener, 'host' | 'port' | 'protocol' | 'tls'>): string {
  return urlText({ protocol, host: hereOf(host), port, tls })
}

function hereOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '::1'
  const path = unixPath(host)
  return path === null ? host : `unix:${path}`
}
