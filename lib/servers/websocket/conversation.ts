/**
 * Requests and answers on one WebSocket: many under way, answers as they are done. Callbacks only: this is the path of every
 * message.
 */

import { isTellable } from '../../errors.ts'
import type { CallHandler } from '../../wire/call.ts'
import { INTERNAL_ERROR, INVALID_DATA, NORMAL, WRONG_FRAME } from '../../wire/close-code.ts'
import type { Envelope } from '../../wire/envelope.ts'
import { createSpoken } from '../../wire/spoken.ts'
import type { HttpRequest, WebSocketListener, WebSocketPeer } from '../http/exchange.ts'
import { ConversationCallContext } from './call-context.ts'
import { type Codec, END, type Frame, type Refused, WrongFrame } from './codec.ts'

/**
 * How long after the last answer the close frame of a good end comes, in milliseconds. Jina's client loses what it raises for
 * an answer (BadServer, an error of a callback) when the close frame is there before it has looked at the answer.
 */
const LINGER_MS = 5
const LINGER_AFTER_ERROR_MS = 100

export interface ConversationOptions {
  readonly handler: CallHandler
  readonly codec: Codec
  readonly handshake: HttpRequest
  /** Requests under way at a time; at more, no further ones are read. */
  readonly prefetch: number
  /** Told of errors that callers see masked. */
  readonly onInternalError: (error: unknown) => void
}

/**
 * The close frame comes when all answers are out: 1000 after the end mark, 1003 and 1007 for a frame of which nothing can be
 * read, 1011 when a request failed on its way. What is wrong with one request alone is its answer, and the others go on.
 */
export function createConversation(peer: WebSocketPeer, options: ConversationOptions): WebSocketListener {
  const { codec, handler, prefetch } = options
  const active = new Set<ConversationCallContext>()
  /** How it ends; null as long as it goes on. */
  let ending: { readonly code: number; readonly reason: string } | null = null
  let over = false
  let linger = 0
  let closing: Timer | null = null
  let full = false
  let paused = false

  const flow = (): void => {
    const hold = full || active.size >= prefetch
    if (hold === paused || over) return
    paused = hold
    if (hold) peer.pause()
    else peer.resume()
  }
  const send = (frame: Frame): void => {
    if (!peer.send(frame)) full = true
  }
  /** An answer that says what is wrong with its request. */
  const refuse = (frame: Frame): void => {
    linger = LINGER_AFTER_ERROR_MS
    send(frame)
  }
  const finish = (): void => {
    if (ending === null || active.size > 0 || over) return
    over = true
    const { code, reason } = ending
    if (code !== NORMAL || linger === 0) peer.close(code, reason)
    else closing = setTimeout(() => peer.close(code, reason), linger)
  }
  /** The first reason counts; that the caller has said all is none: Jina's client says so before it waits for answers. */
  const end = (code: number, reason: string): void => {
    if (ending === null || ending.code === NORMAL) ending = { code, reason }
  }
  const fail = (request: Envelope | null, error: unknown): void => {
    if (error instanceof WrongFrame) end(WRONG_FRAME, error.message)
    else if (!isTellable(error)) {
      options.onInternalError(error)
      end(INTERNAL_ERROR, 'internal error')
    } else if (request === null) end(INVALID_DATA, error.message)
    else if (error.kind === 'request') refuse(codec.failure(request, error))
    else end(INTERNAL_ERROR, error.message)
  }
  /** Documents that the sub-protocol cannot say are an error of this answer, not of the conversation. */
  const deliver = (request: Envelope, answer: Envelope): void => {
    let frame: Frame
    try {
      frame = codec.answer(answer, request)
    } catch (error) {
      if (isTellable(error)) refuse(codec.failure(request, error))
      else fail(request, error)
      return
    }
    linger = Math.max(linger, answer.isError ? LINGER_AFTER_ERROR_MS : LINGER_MS)
    send(frame)
  }
  const settle = (
    context: ConversationCallContext,
    request: Envelope,
    answer: Envelope | null,
    error?: unknown,
  ): void => {
    active.delete(context)
    if (over) return
    if (answer === null) fail(request, error)
    else deliver(request, answer)
    flow()
    finish()
  }

  peer.onDrain = () => {
    full = false
    flow()
  }

  const spoken = createSpoken()
  const call = (request: Envelope): void => {
    spoken.hear(request)
    const context = new ConversationCallContext(options.handshake)
    active.add(context)
    try {
      handler.call(request, context).then(
        (answer) => settle(context, request, answer),
        (error: unknown) => settle(context, request, null, error),
      )
    } catch (error) {
      settle(context, request, null, error)
    }
    flow()
  }

  return {
    message(frame) {
      if (over || ending !== null) return
      let read: Envelope | Refused | typeof END
      try {
        read = codec.read(frame)
      } catch (error) {
        fail(null, error)
        finish()
        return
      }
      if (read === END) end(NORMAL, '')
      else if ('refusal' in read) refuse(read.refusal)
      else {
        call(read)
        return
      }
      flow()
      finish()
    },
    get isBusy() {
      return active.size > 0 || closing !== null
    },
    closed() {
      over = true
      if (closing) clearTimeout(closing)
      for (const context of active) context.cancel()
      active.clear()
    },
  }
}
