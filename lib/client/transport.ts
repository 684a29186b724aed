/** How requests travel: on one stream (JinaRPC/Call), or each as a call of its own (process_single_data). */
import type { GrpcCallOptions, GrpcChannel } from '../channel/grpc.ts'
import type { XserveError } from '../errors.ts'
import { asXserveError } from '../errors.ts'

export const CALL = '/jina.JinaRPC/Call'
export const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'

export interface TransportListener {
  /** One answer; they come in any order. */
  message(bytes: Uint8Array): void
  /** Nothing comes after it; null: the server has answered all it wants to. */
  end(error: XserveError | null): void
}

export interface Transport {
  /** null: go on; else wait for it before the next one. */
  send(request: Uint8Array): Promise<void> | null
  /** There are no more requests. */
  finish(): void
  /** Ends everything at once. The listener may hear of it. */
  cancel(): void
}

export type OpenTransport = (channel: GrpcChannel, listener: TransportListener, options: GrpcCallOptions) => Transport

/** A call for each request; the deadline counts for each. */
export const openCalls: OpenTransport = (channel, listener, options) => {
  const controller = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal
  let open = 0
  let finished = false
  let ended = false
  const end = (error: XserveError | null) => {
    if (ended) return
    ended = true
    controller.abort()
    listener.end(error)
  }
  const answered = (bytes: Uint8Array) => {
    open--
    if (ended) return
    listener.message(bytes)
    if (finished && open === 0) end(null)
  }
  return {
    send(request) {
      open++
      channel.unary(SINGLE, request, { ...options, signal }).then(
        ({ bytes }) => answered(bytes),
        (error) => end(asXserveError(error)),
      )
      return null
    },
    finish() {
      finished = true
      if (open === 0) end(null)
    },
    cancel: () => controller.abort(),
  }
}

/**
 * One stream for all; the deadline counts for the whole. A server without streams (an executor of an older Jina) tells
 * so before any answer: what was sent until then goes out again, each by itself.
 */
export const openStream: OpenTransport = (channel, listener, options) => {
  let unanswered: Uint8Array[] | null = []
  let finished = false
  let calls: Transport | null = null
  const stream = channel.duplex(
    CALL,
    {
      message(bytes) {
        unanswered = null
        listener.message(bytes)
      },
      end(error) {
        if (error?.code !== 'UNKNOWN_METHOD' || unanswered === null) return listener.end(error)
        calls = openCalls(channel, listener, options)
        for (const request of unanswered) void calls.send(request)
        unanswered = null
        if (finished) calls.finish()
      },
    },
    options,
  )
  return {
    send(request) {
      if (calls) return calls.send(request)
      unanswered?.push(request)
      return stream.write(request) ? null : stream.drained()
    },
    finish() {
      finished = true
      if (calls) calls.finish()
      else stream.end()
    },
    cancel() {
      calls?.cancel()
      stream.cancel()
    },
  }
}
