/** A front on @grpc/grpc-js, the peer of our own: what both do alike is no peculiarity of either. */
import { isIPv6 } from 'node:net'
import {
  logVerbosity,
  type MethodDefinition,
  Server,
  ServerCredentials,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { XserveError } from '../../../../lib/errors.ts'
import type { GrpcFront, GrpcFrontOptions, GrpcMethods, StartGrpcFront } from '../../../../lib/servers/grpc/method.ts'
import { type RunningCalls, streamHandler, unaryHandler } from './call.ts'

/** After the grace: how long the last statuses have to leave before connections are cut. */
const LAST_WORDS_MS = 200

/** grpc-js hands every request over as a Buffer of its own and wants one to send. */
const passThrough = (bytes: Uint8Array): Buffer =>
  bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Jina's channel options where grpc-js knows them. It never answers pings with too_many_pings, so callers may ping as
 * they like; own pings find peers that vanished without a word. gzip and deflate are understood, answers are plain.
 */
function serverOptions(options: GrpcFrontOptions): Record<string, number> {
  return {
    'grpc.max_receive_message_length': options.maxMessageBytes,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 20_000,
    'grpc.so_reuseport': 0,
  }
}

export const startGrpcJsFront: StartGrpcFront = async (methods, options) => {
  // Its own error lines tell nothing that our errors do not, in another format.
  if (!process.env.GRPC_VERBOSITY && !process.env.GRPC_NODE_VERBOSITY) setLogVerbosity(logVerbosity.NONE)
  const running: RunningCalls = { calls: new Set(), draining: false, onInternalError: options.onInternalError }
  const server = new Server(serverOptions(options))
  addMethods(server, methods, running)
  const port = await bind(server, options)
  let closing: Promise<void> | undefined
  const front: GrpcFront = {
    port,
    close(graceMs) {
      closing ??= closeServer(server, running, graceMs)
      return closing
    },
  }
  return front
}

function addMethods(server: Server, methods: GrpcMethods, running: RunningCalls): void {
  const definition: Record<string, MethodDefinition<Uint8Array, Uint8Array>> = {}
  const implementation: UntypedServiceImplementation = {}
  for (const [path, method] of methods) {
    const stream = method.kind === 'stream'
    definition[path] = {
      path,
      requestStream: stream,
      responseStream: stream,
      requestSerialize: passThrough,
      requestDeserialize: (bytes) => bytes,
      responseSerialize: passThrough,
      responseDeserialize: (bytes) => bytes,
    }
    implementation[path] = stream ? streamHandler(method, running) : unaryHandler(method, running)
  }
  if (methods.size > 0) server.addService(definition, implementation)
}

function credentials({ tls }: GrpcFrontOptions): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure()
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) }
  const callers = tls.callerAuthorities
  return ServerCredentials.createSsl(callers ? Buffer.from(callers) : null, [pair], callers !== undefined)
}

function bind(server: Server, options: GrpcFrontOptions): Promise<number> {
  const { host, port } = options
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials(options), (error, bound) => {
      if (error === null) return resolve(bound)
      server.forceShutdown()
      reject(bindError(error, address, port))
    })
  })
}

function bindError(error: Error, address: string, port: number): XserveError {
  if (/EADDRINUSE|in use/i.test(error.message)) {
    return new XserveError('PORT_IN_USE', `port ${port} is taken by another program`, {
      where: address,
      hint: 'choose another port, or --port 0 for any free one',
      cause: error,
    })
  }
  return new XserveError('START_FAILED', `cannot listen on ${address}: ${error.message}`, {
    where: address,
    cause: error,
  })
}

/**
 * A stream is told to end by itself first: grpc-js waits for open streams without end (Stack facts S11), and a stream
 * with nothing under way has no reason to hold up a stop.
 */
async function closeServer(server: Server, running: RunningCalls, graceMs: number): Promise<void> {
  running.draining = true
  const stopped = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
  for (const call of running.calls) call.drain()
  if (!(await settledWithin(stopped, graceMs))) {
    for (const call of running.calls) call.abort()
    await settledWithin(stopped, LAST_WORDS_MS)
  }
  server.forceShutdown()
}

async function settledWithin(promise: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false)
  })
  const inTime = await Promise.race([promise.then(() => true as const), late])
  clearTimeout(timer)
  return inTime
}
