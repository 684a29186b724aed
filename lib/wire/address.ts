/** Where somebody is reached: one place, however it is spelled; the same thing told twice in different ways is refused. */
import { XserveError } from '../errors.ts'
import type { Protocol } from './call.ts'
import { badUnixPath, unixPath } from './unix-socket.ts'

/** What Jina's client takes; each part may also stand in `host`, as `grpcs://example.org:443`. */
export interface AddressParts {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly protocol?: string | undefined
  readonly tls?: boolean | undefined
}

export interface Address {
  readonly protocol: Protocol
  /** A name or number, or `unix:PATH`. */
  readonly host: string
  /** 0 with a Unix socket, which has none. */
  readonly port: number
  readonly tls: boolean
}

interface Seen {
  protocol?: Protocol
  host?: string
  port?: number
  tls?: boolean
}

/** With and without TLS; default ports as in Jina (Jina facts §9). */
const PORT = 80
const TLS_PORT = 443

const SCHEMES: Readonly<Record<Protocol, string>> = { grpc: 'grpc', http: 'http', websocket: 'ws' }

/** Schemes and names of protocols; those that mean TLS say so, the others leave it open. */
const PROTOCOLS: Readonly<Record<string, { readonly protocol: Protocol; readonly tls?: true }>> = {
  grpc: { protocol: 'grpc' },
  grpcs: { protocol: 'grpc', tls: true },
  http: { protocol: 'http' },
  https: { protocol: 'http', tls: true },
  ws: { protocol: 'websocket' },
  wss: { protocol: 'websocket', tls: true },
  websocket: { protocol: 'websocket' },
  websockets: { protocol: 'websocket', tls: true },
}

/** Throws XserveError BAD_ARGUMENT when parts contradict each other, are missing or make no sense. */
export function resolveAddress(...sources: readonly AddressParts[]): Address {
  const seen: Seen = {}
  let scheme = false
  for (const { host, port, protocol, tls } of sources) {
    if (host !== undefined) scheme = readHost(host, seen) || scheme
    if (port !== undefined) note(seen, 'port', checkPort(port, String(port)))
    if (protocol !== undefined) readProtocol(protocol, seen)
    if (tls !== undefined && (tls || seen.tls === undefined)) seen.tls = tls
  }
  const tls = seen.tls ?? false
  if (seen.host !== undefined && unixPath(seen.host) !== null) {
    if (seen.port !== undefined) throw bad(`${seen.host} has no port: ${seen.port} makes no sense`, 'leave it out')
    return { protocol: seen.protocol ?? 'grpc', host: seen.host, port: 0, tls }
  }
  const port = seen.port ?? (scheme ? (tls ? TLS_PORT : PORT) : undefined)
  if (port === undefined) {
    throw bad(
      seen.host === undefined ? 'where to? The address is missing' : `the port of ${seen.host} is missing`,
      'write HOST:PORT, or --port PORT',
    )
  }
  return { protocol: seen.protocol ?? 'grpc', host: seen.host ?? '127.0.0.1', port, tls }
}

/** As grpc-js takes it and people read it. */
export function addressText({ host, port }: Pick<Address, 'host' | 'port'>): string {
  if (unixPath(host) !== null) return host
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** With the scheme that clients take: `grpcs://HOST:PORT`; of a Unix socket, `unix:PATH` whatever is spoken there. */
export function urlText(address: Address): string {
  const text = addressText(address)
  return unixPath(address.host) !== null ? text : `${SCHEMES[address.protocol]}${address.tls ? 's' : ''}://${text}`
}

/** Returns whether there was a scheme. */
function readHost(text: string, seen: Seen): boolean {
  const path = unixPath(text.trim())
  if (path !== null) {
    const wrong = badUnixPath(path)
    if (wrong !== null) throw bad(`${JSON.stringify(text)} is no address: ${wrong}`, 'write unix:PATH')
    note(seen, 'host', `unix:${path}`)
    return false
  }
  const [, scheme, rest = ''] = /^(?:([A-Za-z][\w+.-]*):\/\/)?([\s\S]*)$/.exec(text.trim()) ?? []
  if (scheme !== undefined) readProtocol(scheme, seen)
  const place = rest.replace(/\/+$/, '')
  const [, six, bare, port] = /^(?:\[([^\]]+)\]|([^\s:/?#@]+))?(?::(\d+))?$/.exec(place) ?? []
  const host = six ?? bare
  if (place === '' || (host === undefined && port === undefined)) {
    throw bad(
      `${JSON.stringify(text)} is no address`,
      'write HOST:PORT, or a scheme before it: grpc://, http://, ws://; [::1]:PORT for IPv6, unix:PATH for a socket',
    )
  }
  if (port === undefined && bare !== undefined && scheme === undefined && /^\d+$/.test(bare))
    note(seen, 'port', checkPort(Number(bare), text))
  else if (host !== undefined) note(seen, 'host', host)
  if (port !== undefined) note(seen, 'port', checkPort(Number(port), text))
  return scheme !== undefined
}

function readProtocol(given: string, seen: Seen): void {
  const name = given.toLowerCase()
  const known = Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined
  if (!known) throw bad(`unknown protocol ${JSON.stringify(given)}`, `known are ${Object.keys(PROTOCOLS).join(', ')}`)
  note(seen, 'protocol', known.protocol)
  if (!known.tls) return
  if (seen.tls === false) throw bad(`${name} means TLS, which is switched off elsewhere`)
  seen.tls = true
}

function note<K extends 'protocol' | 'host' | 'port'>(seen: Seen, key: K, value: NonNullable<Seen[K]>): void {
  const before = seen[key]
  if (before !== undefined && before !== value) {
    throw bad(`the ${key} is given twice: ${before} and ${value}`, 'give it once')
  }
  Object.assign(seen, { [key]: value })
}

function checkPort(port: number, text: string): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port
  throw bad(`${JSON.stringify(text)} holds no port from 1 to 65535`)
}

function bad(message: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', message, { hint })
}
