/** One server of an executor elsewhere: connected all the time, asked for its endpoints whenever it comes back. */
import { createGrpcChannel, type GrpcChannelOptions } from '../channel/grpc.ts'
import { createRemoteChannel, type Discovered } from '../channel/remote.ts'
import { asXserveError, type XserveError } from '../errors.ts'
import { type CallContext, type CallHandler, detachedContext } from '../wire/call.ts'
import { DRY_RUN_ENDPOINT } from '../wire/dry-run.ts'
import { Envelope } from '../wire/envelope.ts'
import { createDoubt } from './doubt.ts'

export interface Peer extends CallHandler {
  /** `HOST:PORT`, a number where the host is known by a name. */
  readonly address: string
  /** Calls under way, and those given up since it last answered. */
  readonly pending: number
  /** Connected, and it has told its endpoints: a server that is still starting does not count. */
  readonly isReady: boolean
  /** Why it is not ready, as far as it is known. */
  readonly failure: XserveError | null
  /** Asks again what it has, unless that was done a moment ago. Failures change nothing. */
  refresh(): void
  /** A call to it was given up before its answer came: does it still answer? Until it does, others come first. */
  doubt(): void
  /** Closes the connection once the calls under way are done. */
  leave(): void
}

export interface PeerListener {
  ready(discovered: Discovered): void
  lost(): void
}

/** A server that is connected and does not tell its endpoints is asked again after so long. */
const ASK_AGAIN_MS = 500
const ASK_DEADLINE_MS = 10_000
/** Goes as far as the executor's process: a server may answer for itself while that one hangs. */
const SIGN_OF_LIFE = Envelope.create({ requestId: '', endpoint: DRY_RUN_ENDPOINT })
/** Endpoints of a server that runs on change seldom; a request for one that it has not is no reason to ask each time. */
const REFRESH_MS = 2000

/** Throws XserveError BAD_ARGUMENT for metadata that cannot be sent. */
export function createPeer(address: string, options: GrpcChannelOptions, listener: PeerListener): Peer {
  const channel = createGrpcChannel(address, options)
  const remote = createRemoteChannel(channel)
  let isConnected = false
  let isReady = false
  let isLeaving = false
  let failure: XserveError | null = null
  let pending = 0
  let asked = 0
  let timer: Timer | undefined
  const doubt = createDoubt(() => remote.call(SIGN_OF_LIFE, detachedContext()))

  const ask = async (): Promise<void> => {
    asked = performance.now()
    try {
      const discovered = await remote.discover(ASK_DEADLINE_MS)
      if (isLeaving || !isConnected) return
      isReady = true
      failure = null
      listener.ready(discovered)
    } catch (error) {
      failure = asXserveError(error)
      if (isConnected && !isReady && !isLeaving) timer = setTimeout(ask, ASK_AGAIN_MS)
    }
  }

  channel.watch((state) => {
    if (isLeaving) return
    clearTimeout(timer)
    isConnected = state === 'ready'
    if (isConnected || (state === 'failed' && failure === null)) void ask()
    if (isConnected || !isReady) return
    isReady = false
    listener.lost()
  })

  const done = (): void => {
    pending--
    if (isLeaving && pending === 0) channel.close()
  }

  return {
    address,
    get pending() {
      return pending + doubt.calls
    },
    get isReady() {
      return isReady && !isLeaving
    },
    get failure() {
      return failure
    },
    call(request: Envelope, context: CallContext) {
      pending++
      return remote.call(request, context).finally(done)
    },
    async *stream(request: Envelope, context: CallContext) {
      pending++
      try {
        yield* remote.stream(request, context)
      } finally {
        done()
      }
    },
    refresh() {
      if (isReady && performance.now() - asked > REFRESH_MS) void ask()
    },
    doubt() {
      if (isReady && !isLeaving) doubt.raise()
    },
    leave() {
      if (isLeaving) return
      isLeaving = true
      clearTimeout(timer)
      if (pending === 0) channel.close()
    },
  }
}
