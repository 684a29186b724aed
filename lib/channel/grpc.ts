/** Outgoing gRPC: one connection to a server, messages as bytes, failures as XserveErrors that name the address. */

import {
  Client,
  type ClientDuplexStream,
  type ClientUnaryCall,
  logVerbosity,
  type ServiceError,
  setLogVerbosity,
} from '@grpc/grpc-js'
import { XserveError } from '../errors.ts'
import type { CallerTls } from '../wire/call.ts'
import { CONNECT_TIMEOUT_MS } from '../wire/defaults.ts'
import type { ChannelTuning } from '../wire/grpc-tuning.ts'
import { asBuffer } from '../wire/write.ts'
import { connectionsOf } from './connections.ts'
import { type Connectivity, watchConnectivity } from './connectivity.ts'
import { type Circumstances, toXserveError } from './grpc-error.ts'
import { channelOptions, credentialsOf, fromMetadata, toMetadata } from './grpc-settings.ts'

export interface GrpcChannelOptions {
  /** TLS; `ca` is a PEM text, without it the system's certificates count. Default: none, as in Jina. */
  readonly tls?: boolean | CallerTls
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>
  /** The name that the server is known by where `address` has only a number for it: for TLS and virtual hosts, `HOST:PORT`. */
  readonly authority?: string
  /** Compression, sizes, keepalive. Default: none, no limits, Jina's. */
  readonly tuning?: ChannelTuning
  /** How long a first connection may take, in milliseconds. A refused one fails at once; this is for hosts that stay silent. Default 5000. */
  readonly connectTimeoutMs?: number
}

export interface GrpcCallOptions {
  /** Milliseconds from now; 0 or undefined is none. */
  readonly deadlineMs?: number | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Aborting it cancels the call, which fails with CANCELLED. */
  readonly signal?: AbortSignal | undefined
}

export interface GrpcReply {
  readonly bytes: Uint8Array
  /** Trailing metadata by lower-case key; of a repeated key the first value. */
  readonly trailers: Readonly<Record<string, string>>
}

/** What a stream calls back; nothing comes after `end`. */
export interface GrpcStreamListener {
  message(bytes: Uint8Array): void
  /** null: the server ended it well. */
  end(error: XserveError | null): void
}

export interface GrpcStream {
  /** false: it is taken, but wait for `drained` before the next one. */
  write(bytes: Uint8Array): boolean
  /** Resolves when there is room again, and when the stream has ended. */
  drained(): Promise<void>
  /** No more messages from us. */
  end(): void
  /** Ends it on both sides; the listener hears CANCELLED. */
  cancel(): void
  /** Reads no further: the server feels it as back-pressure. */
  pause(): void
  resume(): void
}

export interface GrpcChannel {
  readonly address: string
  /** Rejects with XserveError UNREACHABLE, UNAVAILABLE, DEADLINE, CANCELLED, or what the server's status says. */
  unary(path: string, bytes: Uint8Array, options?: GrpcCallOptions): Promise<GrpcReply>
  duplex(path: string, listener: GrpcStreamListener, options?: GrpcCallOptions): GrpcStream
  /** Connects and stays connected; the listener is told how it stands now and at each change. Once a channel. */
  watch(listener: (state: Connectivity) => void): void
  /** Calls under way fail with CANCELLED. */
  close(): void
}

const asReceived = (bytes: Buffer): Uint8Array => bytes

type Call = ClientUnaryCall | ClientDuplexStream<Uint8Array, Uint8Array>

/** `address`: `host:port`. Connects with the first call. Throws XserveError BAD_ARGUMENT for metadata that cannot be sent. */
export function createGrpcChannel(address: string, options: GrpcChannelOptions = {}): GrpcChannel {
  if (!process.env.GRPC_VERBOSITY && !process.env.GRPC_NODE_VERBOSITY) setLogVerbosity(logVerbosity.NONE)
  const connections = connectionsOf(credentialsOf(options.tls, options.authority ?? address))
  const client = new Client(
    address,
    connections.credentials,
    channelOptions(address, options.authority, options.tuning),
  )
  const always = options.metadata ?? {}
  const fixed = toMetadata(always)
  const running = new Set<Call>()
  const connectMs = options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS
  const connection = watchConnection(client, connectMs, running)

  const begin = (call: Call, callOptions: GrpcCallOptions) => {
    const circumstances: Circumstances = {
      address,
      connected: () => connection.ready,
      timedOut: () => connection.timedOut,
      connectMs,
      deadlineMs: callOptions.deadlineMs ?? 0,
      heard: false,
    }
    running.add(call)
    call.on('metadata', () => {
      circumstances.heard = true
    })
    const cancel = () => call.cancel()
    callOptions.signal?.addEventListener('abort', cancel)
    const done = () => {
      running.delete(call)
      callOptions.signal?.removeEventListener('abort', cancel)
    }
    return { done, fail: (error: ServiceError) => toXserveError(error, circumstances) }
  }
  const metadataOf = ({ metadata }: GrpcCallOptions) => (metadata ? toMetadata({ ...always, ...metadata }) : fixed)

  return {
    address,
    unary(path, bytes, callOptions = {}) {
      if (callOptions.signal?.aborted) return Promise.reject(cancelled(address))
      connection.watch()
      return new Promise((resolve, reject) => {
        let reply: Uint8Array | undefined
        const call = client.makeUnaryRequest(
          path,
          asBuffer,
          asReceived,
          bytes,
          metadataOf(callOptions),
          deadlineOf(callOptions),
          (error, response) => {
            if (error) {
              state.done()
              reject(state.fail(error))
            } else reply = response
          },
        )
        const state = begin(call, callOptions)
        call.on('status', ({ metadata }) => {
          state.done()
          if (reply) resolve({ bytes: reply, trailers: fromMetadata(metadata) })
        })
      })
    },
    duplex(path, listener, callOptions = {}) {
      connection.watch()
      const call = client.makeBidiStreamRequest(
        path,
        asBuffer,
        asReceived,
        metadataOf(callOptions),
        deadlineOf(callOptions),
      )
      const stream = openStream(call, listener, begin(call, callOptions))
      if (callOptions.signal?.aborted) call.cancel()
      return stream
    },
    watch: (listener) => watchConnectivity(client, listener),
    close() {
      for (const call of running) call.cancel()
      client.close()
      connections.end()
    },
  }
}

function openStream(
  call: ClientDuplexStream<Uint8Array, Uint8Array>,
  listener: GrpcStreamListener,
  state: { done(): void; fail(error: ServiceError): XserveError },
): GrpcStream {
  let ended = false
  let wake: (() => void) | null = null
  let waiting: Promise<void> | null = null
  const release = () => {
    wake?.()
    wake = waiting = null
  }
  const finish = (error: XserveError | null) => {
    if (ended) return
    ended = true
    state.done()
    release()
    listener.end(error)
  }
  call.on('data', (bytes: Uint8Array) => {
    if (!ended) listener.message(bytes)
  })
  call.on('drain', release)
  call.on('error', (error: ServiceError) => finish(state.fail(error)))
  // The end of the messages comes before the status, which may still be an error: an 'error' event follows then.
  call.on('status', ({ code }) => {
    if (code === 0) finishWhenRead()
  })
  let read = false
  let good = false
  const finishWhenRead = () => {
    good = true
    if (read) finish(null)
  }
  call.on('end', () => {
    read = true
    if (good) finish(null)
  })
  return {
    write: (bytes) => ended || call.write(bytes),
    drained() {
      if (ended || !call.writableNeedDrain) return Promise.resolve()
      waiting ??= new Promise((resolve) => {
        wake = resolve
      })
      return waiting
    },
    end: () => void call.end(),
    cancel: () => call.cancel(),
    pause: () => void call.pause(),
    resume: () => void call.resume(),
  }
}

/**
 * A call fails at once where a connection is refused. Where the host says nothing it would wait for its deadline, or for
 * ever: once the first connection has taken too long, calls are ended.
 */
function watchConnection(client: Client, timeoutMs: number, running: ReadonlySet<Call>) {
  const state = { ready: false, timedOut: false, watching: false }
  return {
    get ready() {
      return state.ready
    },
    get timedOut() {
      return state.timedOut
    },
    watch() {
      if (state.ready || state.watching) return
      state.watching = true
      state.timedOut = false
      client.waitForReady(Date.now() + timeoutMs, (error) => {
        state.watching = false
        state.ready = !error
        if (!error) return
        state.timedOut = true
        for (const call of running) call.cancel()
      })
    },
  }
}

const deadlineOf = ({ deadlineMs }: GrpcCallOptions) => (deadlineMs ? { deadline: Date.now() + deadlineMs } : {})

const cancelled = (address: string) => new XserveError('CANCELLED', 'the call was cancelled', { where: address })
