/**
 * One address of an executor elsewhere. A name can stand for several servers: calls go to the least busy of them, and it is
 * looked up again all the time, since servers come and go.
 */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { GrpcChannelOptions } from '../channel/grpc.ts'
import type { Discovered } from '../channel/remote.ts'
import { asXserveError, XserveError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Address } from '../plan/plan.ts'
import { addressText } from '../wire/address.ts'
import type { CallContext } from '../wire/call.ts'
import type { Envelope } from '../wire/envelope.ts'
import type { ChannelTuning } from '../wire/grpc-tuning.ts'
import { unixPath } from '../wire/unix-socket.ts'
import { type Balanced, isGivenUp } from './balance.ts'
import { createPeer, type Peer } from './peer.ts'

export interface RemoteHostOptions {
  /** Name of the deployment, for messages. */
  readonly name: string
  readonly address: Address
  readonly metadata: Readonly<Record<string, string>>
  readonly tuning?: ChannelTuning
  readonly log: Logger
  /** IP addresses of a name. Default: the system's. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | undefined
}

export interface RemoteHost extends Balanced {
  /** `HOST:PORT` as it was given. */
  readonly address: string
  /** Resolves when a server has been there for the first time; never rejects. */
  readonly seen: Promise<void>
  /** null before. */
  readonly discovered: Discovered | null
  /** Why nobody is there; null: somebody is. */
  readonly failing: string | null
  /** Asks again what the servers have, unless that was done a moment ago. */
  refresh(): void
  close(): void
}

/** How long a call waits for a server that has never been there; those who start together come up in any order. */
const FIRST_WAIT_MS = 5000
/** And for one that has gone: the time of a restart. Whoever stays away longer is told of at once. */
const AGAIN_WAIT_MS = 1000
/** Of the time that a caller has: then it hears that nobody is there, in place of a call that may have been carried out. */
const SHARE_OF_TIME = 0.8
/** A name is looked up again so often; and sooner while none of its servers is there. */
const RESOLVE_MS = 2000
const RESOLVE_SOON_MS = 1000
/** How often the operator is told what is waited for. */
const TELL_MS = 3000

/** Connects at once and stays connected. Throws XserveError BAD_ARGUMENT for metadata that cannot be sent. */
export function createRemoteHost(options: RemoteHostOptions): RemoteHost {
  const { name, log, address } = options
  const text = addressText(address)
  /** Only names are looked up. */
  const isNamed = isIP(address.host) === 0 && unixPath(address.host) === null
  let peers: readonly Peer[] = []
  let turn = 0
  const waiting = new Set<() => void>()
  const seen = Promise.withResolvers<void>()
  let discovered: Discovered | null = null
  let wasReady = false
  let isClosed = false
  let unresolved: XserveError | null = null

  const settings: GrpcChannelOptions = {
    tls: address.tls,
    metadata: options.metadata,
    ...(options.tuning ? { tuning: options.tuning } : {}),
    ...(isNamed ? { authority: text } : {}),
  }

  const listener = {
    ready(found: Discovered): void {
      if (!wasReady) {
        if (discovered === null) log.debug(`${name} is there, at ${text}`)
        else log.info(`${name} is back at ${text}`)
      }
      wasReady = true
      discovered = found
      seen.resolve()
      for (const wake of waiting) wake()
    },
    lost(): void {
      if (isClosed || pick() !== undefined) return
      wasReady = false
      log.warn(`${name} at ${text} has gone: its calls fail until it is back`)
      if (isNamed) void lookUp()
    },
  }

  /** The ready one with the fewest calls under way; equals take turns. */
  const pick = (): Peer | undefined => {
    let best: Peer | undefined
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[(turn + i) % peers.length]!
      if (peer.isReady && (best === undefined || peer.pending < best.pending)) best = peer
    }
    turn = (turn + 1) % Math.max(1, peers.length)
    return best
  }

  const lookUp = async (): Promise<void> => {
    let found: readonly string[]
    try {
      found = isNamed ? await (options.resolve ?? systemLookup)(address.host) : [address.host]
      unresolved = null
    } catch (error) {
      unresolved = new XserveError('UNREACHABLE', `nobody answers at ${text}: no such host is known`, {
        where: text,
        hint: 'is the name right, and does this machine know it?',
        cause: error,
      })
      return
    }
    if (isClosed) return
    const places = found.map((host) => addressText({ host, port: address.port }))
    const before = peers
    peers = places.map((at) => before.find((peer) => peer.address === at) ?? createPeer(at, settings, listener))
    for (const peer of before) if (!peers.includes(peer)) peer.leave()
  }

  const whyNot = (): XserveError =>
    unresolved ??
    peers.find((peer) => peer.failure)?.failure ??
    new XserveError('UNREACHABLE', `nobody answers at ${text}: no connection yet`, { where: text })

  /** A server, as soon as one is there; undefined when none came in time, or the caller has gone. */
  const wait = (context: CallContext): Promise<Peer | undefined> => {
    const patience = discovered === null ? FIRST_WAIT_MS : AGAIN_WAIT_MS
    const { deadline } = context
    const longest = deadline === 0 ? patience : Math.min(patience, (deadline - Date.now()) * SHARE_OF_TIME)
    return new Promise((resolve) => {
      const settle = (): void => {
        const peer = pick()
        if (peer === undefined && !isClosed && !context.cancelled && !late) return
        waiting.delete(settle)
        clearTimeout(timer)
        resolve(peer)
      }
      let late = false
      const timer = setTimeout(() => {
        late = true
        settle()
      }, longest)
      waiting.add(settle)
      context.onCancel(settle)
    })
  }

  const named = (error: unknown): XserveError => {
    const { code, message, details } = asXserveError(error)
    return new XserveError(code, `${name}: ${message}`, { ...details, where: name, cause: error })
  }

  const peerFor = async (context: CallContext): Promise<Peer> => {
    const peer = pick() ?? (await wait(context))
    if (peer) return peer
    if (context.cancelled) throw new XserveError('CANCELLED', 'the caller has gone', { where: name })
    throw whyNot()
  }

  const attempt = async (request: Envelope, context: CallContext, left: number): Promise<Envelope> => {
    const peer = await peerFor(context)
    try {
      return await peer.call(request, context)
    } catch (error) {
      if (peers.length > 1 && isGivenUp(error)) peer.doubt()
      // It has not left: the connection had broken without a word.
      if (left > 0 && error instanceof XserveError && error.code === 'UNREACHABLE')
        return attempt(request, context, left - 1)
      throw error
    }
  }

  const resolving = isNamed ? setInterval(lookUp, RESOLVE_MS) : undefined
  const lookUpSoon = (): void => {
    if (pick() === undefined) void lookUp()
  }
  const soon = isNamed ? setInterval(lookUpSoon, RESOLVE_SOON_MS) : undefined
  const telling = setInterval(() => {
    if (discovered === null) log.info(`waiting for ${name}: ${whyNot().message}`)
  }, TELL_MS)
  void seen.promise.then(() => clearInterval(telling))
  void lookUp()

  return {
    address: text,
    seen: seen.promise,
    get discovered() {
      return discovered
    },
    get failing() {
      return pick() === undefined && !isClosed ? whyNot().message : null
    },
    get pending() {
      let sum = 0
      for (const peer of peers) sum += peer.pending
      return sum
    },
    get state() {
      if (isClosed) return 'stopped'
      if (pick() !== undefined) return 'ready'
      return discovered === null ? 'starting' : 'failed'
    },
    async call(request, context) {
      try {
        return await attempt(request, context, 2)
      } catch (error) {
        throw named(error)
      }
    },
    async *stream(request, context) {
      try {
        yield* (await peerFor(context)).stream(request, context)
      } catch (error) {
        throw named(error)
      }
    },
    doubt() {
      // Among several the one that had the call is known only where it was called.
      if (peers.length === 1) peers[0]?.doubt()
    },
    refresh() {
      for (const peer of peers) peer.refresh()
    },
    close() {
      isClosed = true
      clearInterval(resolving)
      clearInterval(soon)
      clearInterval(telling)
      for (const wake of waiting) wake()
      for (const peer of peers) peer.leave()
    },
  }
}

const systemLookup = async (host: string): Promise<readonly string[]> => [
  ...new Set((await lookup(host, { all: true })).map(({ address }) => address)),
]
