/** RPCs of grpc-js turned into GrpcMethod's: unary calls by callback, streams by their Duplex. */
import { type handleBidiStreamingCall, type handleUnaryCall, Metadata, type ServerUnaryCall } from '@grpc/grpc-js'
import { XserveError } from '../../../../lib/errors.ts'
import type { GrpcCall, GrpcMessage, GrpcMethod, GrpcReader, GrpcSink } from '../../../../lib/servers/grpc/method.ts'
import { toCallStatus } from '../../../../lib/servers/grpc/status.ts'

/** An RPC under way, for a server that stops. */
export interface RunningCall {
  /** Takes no more messages; what has come is answered. */
  drain(): void
  /** Ends it now with UNAVAILABLE. */
  abort(): void
}

/** What the RPCs of one server share. */
export interface RunningCalls {
  readonly calls: Set<RunningCall>
  draining: boolean
  readonly onInternalError?: ((error: unknown) => void) | undefined
}

/** What unary calls and streams of grpc-js have in common; their `on` is overloaded beyond a union. */
type Call = Pick<ServerUnaryCall<Uint8Array, Uint8Array>, 'metadata' | 'cancelled' | 'getDeadline' | 'getPeer'> & {
  on(event: 'cancelled', listener: () => void): unknown
}
type Unary = Extract<GrpcMethod, { kind: 'unary' }>
type Stream = Extract<GrpcMethod, { kind: 'stream' }>

const draining = (): XserveError =>
  new XserveError('DRAINING', 'the server is stopping; try again, or at another address')

/** A GrpcCall with what only its front may do. */
interface OwnCall extends GrpcCall {
  /** Set before the status goes: what grpc-js calls a cancellation from then on is the end. */
  done: boolean
  readonly trailer: Metadata | undefined
  /** Tells the listeners that nobody waits for the answer. */
  cancel(): void
}

function createCall(call: Call): OwnCall {
  let listeners: (() => void)[] | null = null
  let trailer: Metadata | undefined
  const cancel = (): void => {
    const told = listeners
    listeners = null
    if (told) for (const listener of told) listener()
  }
  return {
    done: false,
    get trailer() {
      return trailer
    },
    cancel,
    metadata(key) {
      const value = call.metadata.get(key)[0]
      return value === undefined || typeof value === 'string' ? value : value.toString('base64')
    },
    get deadline() {
      const deadline = Number(call.getDeadline())
      return deadline === Number.POSITIVE_INFINITY ? 0 : deadline
    },
    get peer() {
      return call.getPeer()
    },
    get cancelled() {
      return !this.done && call.cancelled
    },
    onCancel(listener) {
      if (this.done) return
      if (call.cancelled) return listener()
      if (listeners) listeners.push(listener)
      else {
        listeners = [listener]
        call.on('cancelled', () => {
          if (!this.done) cancel()
        })
      }
    },
    setTrailer(key, value) {
      trailer ??= new Metadata()
      trailer.set(key, value)
    },
  }
}

export function unaryHandler(method: Unary, running: RunningCalls): handleUnaryCall<Uint8Array, Uint8Array> {
  return (call, callback) => {
    if (running.draining) return callback(toCallStatus(draining()))
    const own = createCall(call)
    const succeed = (answer: GrpcMessage): void => {
      if (own.done) return
      own.done = true
      running.calls.delete(entry)
      callback(null, wholeOf(answer), own.trailer)
    }
    const fail = (error: unknown): void => {
      if (own.done) return
      own.done = true
      running.calls.delete(entry)
      callback(toCallStatus(error, call.cancelled ? undefined : running.onInternalError), null, own.trailer)
    }
    const entry: RunningCall = {
      drain() {},
      abort() {
        own.cancel()
        fail(draining())
      },
    }
    running.calls.add(entry)
    try {
      const answer = method.handle(call.request, own)
      if (answer instanceof Promise) answer.then(succeed, fail)
      else succeed(answer)
    } catch (error) {
      fail(error)
    }
  }
}

const wholeOf = (message: GrpcMessage): Uint8Array => (message instanceof Uint8Array ? message : Buffer.concat(message))

export function streamHandler(method: Stream, running: RunningCalls): handleBidiStreamingCall<Uint8Array, Uint8Array> {
  return (stream) => {
    const own = createCall(stream)
    let reader: GrpcReader | undefined
    /** The caller has sent everything, or we listen no more. */
    let inputEnded = false
    let cutShort = false
    const finish = (): boolean => {
      if (own.done) return false
      own.done = true
      inputEnded = true
      running.calls.delete(entry)
      return !stream.destroyed
    }
    const sink: GrpcSink = {
      onDrain: null,
      write: (message) => (own.done || stream.destroyed ? true : stream.write(wholeOf(message))),
      end() {
        // Messages that nobody read are lost to the caller: an end with OK would say that they were answered.
        if (cutShort) sink.fail(draining())
        else if (finish()) stream.end(own.trailer)
      },
      fail(error) {
        const status = toCallStatus(error, own.done || own.cancelled ? undefined : running.onInternalError)
        if (finish()) stream.emit('error', { ...status, metadata: own.trailer })
      },
    }
    const guarded = (step: () => void): void => {
      try {
        step()
      } catch (error) {
        sink.fail(error)
      }
    }
    const endInput = (): void => {
      if (inputEnded) return
      inputEnded = true
      guarded(() => reader?.end())
    }
    const entry: RunningCall = {
      drain() {
        if (inputEnded) return
        cutShort = true
        endInput()
      },
      abort() {
        own.cancel()
        sink.fail(draining())
      },
    }
    if (running.draining) return sink.fail(draining())
    running.calls.add(entry)
    own.onCancel(() => {
      running.calls.delete(entry)
    })
    guarded(() => {
      reader = method.open(sink, own, { pause: () => void stream.pause(), resume: () => void stream.resume() })
    })
    if (!reader) return
    const { message } = reader
    stream.on('drain', () => sink.onDrain?.())
    stream.on('data', (bytes: Uint8Array) => {
      if (!inputEnded) guarded(() => message(bytes))
    })
    stream.on('end', endInput)
  }
}
