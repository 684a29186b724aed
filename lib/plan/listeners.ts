/** Protocols and ports as they are written, side by side: which are served, and where. */
import { XserveError } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { Protocol } from '../wire/call.ts'
import { badUnixPath, unixPath } from '../wire/unix-socket.ts'
import type { ListenerPlan } from './plan.ts'

/** What is to be listened on; protocols are there once at most. */
export interface Listeners {
  readonly protocols: readonly ListenerPlan[]
  /** Protocols of the same port are one listener; with port 0, HTTP and WebSocket are. */
  readonly shared: boolean
}

const NAMES: Readonly<Record<string, Protocol>> = {
  grpc: 'grpc',
  http: 'http',
  websocket: 'websocket',
  ws: 'websocket',
}
const WITH_TLS = new Set(['grpcs', 'https', 'wss'])

/**
 * From what was given, each word with one or several. `prefix` is what stands before the names of the two options where
 * they were given. Throws XserveError BAD_ARGUMENT.
 */
export function resolveListeners(
  protocolWords: readonly string[],
  portWords: readonly string[],
  prefix = '',
): Listeners {
  return withNames(prefix, () => pair(protocolWords, portWords))
}

/** The ports alone. `prefix`: as above. Throws XserveError BAD_ARGUMENT. */
export function readPorts(words: readonly string[], prefix = ''): number[] {
  return withNames(prefix, () => split(words).map(readPort))
}

function withNames<Read>(prefix: string, read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof XserveError)) throw error
    const named = (text: string): string => text.replaceAll('@', prefix)
    const { hint } = error.details
    throw bad(named(error.message), hint === undefined ? undefined : named(hint))
  }
}

/** Throws XserveError BAD_ARGUMENT for a Unix socket that cannot be, or that is given ports. `prefix`: as above. */
export function checkHost(host: string, listeners: readonly ListenerPlan[], prefix = ''): void {
  const path = unixPath(host)
  if (path === null) {
    const [, bare, six, port] = /^(?:[a-z]+:\/\/)?(?:([^/:]+)|\[(.*)\]):(\d+)\/?$/i.exec(host) ?? []
    if (port !== undefined)
      throw bad(`${prefix}host ${host} holds a port`, `${prefix}host ${bare ?? six} and ${prefix}port ${port}`)
    if (/:\/\/|\s/.test(host) || host === '')
      throw bad(`${prefix}host ${JSON.stringify(host)} is no host`, 'a name or an address: 0.0.0.0 is all')
    return
  }
  const why = badUnixPath(path)
  if (why !== null) throw bad(`${prefix}host ${host} cannot be: ${why}`, 'write unix:PATH')
  const port = listeners.find((one) => one.port !== 0)?.port
  if (port !== undefined)
    throw bad(`${prefix}port ${port} has no meaning: ${host} is no network address`, 'leave one out')
}

function pair(protocolWords: readonly string[], portWords: readonly string[]): Listeners {
  const protocols: readonly Protocol[] = protocolWords.length === 0 ? ['grpc'] : split(protocolWords).map(readProtocol)
  const twice = protocols.find((protocol, index) => protocols.indexOf(protocol) !== index)
  if (twice !== undefined) throw bad(`@protocol names ${twice} twice`)
  const given = split(portWords).map(readPort)
  const several = protocols.length > 1
  // One port for all; of the ports that are free now gRPC has one of its own.
  const one = given.length === 1 && several && (given[0] !== 0 || !protocols.includes('grpc'))
  const free = given.length === 0 || (given.length === 1 && given[0] === 0)
  const ports = one || free ? protocols.map(() => given[0] ?? 0) : given
  if (ports.length !== protocols.length) {
    throw bad(
      `@protocol and @port differ in number: ${protocols.join(', ')} on ${ports.join(', ')}`,
      'give a port for each protocol in the same order, or none for any free ones',
    )
  }
  const pairs = protocols.map((protocol, index): ListenerPlan => ({ protocol, port: ports[index]! }))
  return { protocols: pairs, shared: one || sharesPort(pairs) }
}

/** Whether two protocols are on one port. */
export function sharesPort(pairs: readonly ListenerPlan[]): boolean {
  const ports = pairs.map(({ port }) => port).filter((port) => port !== 0)
  return new Set(ports).size < ports.length
}

/** `a,b`, `a b` and repetitions are the same. */
function split(words: readonly string[]): string[] {
  return words.flatMap((word) => word.split(/\s*,\s*|\s+/))
}

function readProtocol(given: string): Protocol {
  const name = given.toLowerCase()
  if (Object.hasOwn(NAMES, name)) return NAMES[name]!
  if (given === '') throw bad('@protocol has an empty name in its list')
  if (WITH_TLS.has(name)) {
    const plain = name.slice(0, -1)
    throw bad(
      `@protocol ${JSON.stringify(given)}: TLS is not a protocol of its own here`,
      `@protocol ${plain} with @ssl-certfile and @ssl-keyfile`,
    )
  }
  const guess = nearest(name, Object.keys(NAMES))
  throw bad(
    `@protocol ${JSON.stringify(given)} is not known`,
    `${guess === undefined ? '' : `did you mean ${guess}? `}known are grpc, http and websocket`,
  )
}

function readPort(text: string): number {
  if (text === '') throw bad('@port has an empty place in its list')
  const port = /^\+?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(port)) throw bad(`@port must be a whole number, not ${JSON.stringify(text)}`)
  if (port > 65535) throw bad(`@port must be from 0 to 65535, not ${text}`)
  return port
}

function bad(message: string, hint?: string): XserveError {
  return new XserveError('BAD_ARGUMENT', message, { hint })
}
