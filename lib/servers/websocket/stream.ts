/** The socket `/stream`: one request for a streaming endpoint, an answer for each document that is made of it, then the close frame. */

import { isTellable, type XserveError } from '../../errors.ts'
import type { CallHandler } from '../../wire/call.ts'
import { INTERNAL_ERROR, INVALID_DATA, NORMAL, REFUSED, WRONG_FRAME } from '../../wire/close-code.ts'
import type { Envelope } from '../../wire/envelope.ts'
import type { HttpRequest, WebSocketListener, WebSocketPeer } from '../http/exchange.ts'
import { ConversationCallContext } from './call-context.ts'
import { type Codec, END, type Frame, WrongFrame } from './codec.ts'

export interface StreamOptions {
  readonly handler: CallHandler
  readonly codec: Codec
  readonly handshake: HttpRequest
  /** Told of errors that callers see masked. */
  readonly onInternalError: (error: unknown) => void
}

/**
 * An error of the executor is the last answer and the end is a good one, 1000; 1011 when the stream broke on its way. The
 * generator is asked for the next document only when the socket has room for it. One who wants several opens several sockets:
 * on one of them a reader that is slow for one stream would hold up all.
 */
export function openStream(peer: WebSocketPeer, options: StreamOptions): WebSocketListener {
  const { codec, handler } = options
  const context = new ConversationCallContext(options.handshake)
  let begun = false
  let over = false
  let wake = (): void => {}

  const close = (code: number, reason = ''): void => {
    if (over) return
    over = true
    peer.close(code, reason)
  }
  const fail = (error: unknown, frame: ((error: XserveError) => Frame) | null): void => {
    if (over) return
    if (error instanceof WrongFrame) close(WRONG_FRAME, error.message)
    else if (!isTellable(error)) {
      options.onInternalError(error)
      close(INTERNAL_ERROR, 'internal error')
    } else if (frame === null) close(INVALID_DATA, error.message)
    else if (error.kind === 'request') {
      peer.send(frame(error))
      close(NORMAL)
    } else close(INTERNAL_ERROR, error.message)
  }
  const send = async (request: Envelope): Promise<void> => {
    for await (const answer of handler.stream(request, context)) {
      if (over) return
      const hasRoom = peer.send(codec.answer(answer, request))
      if (answer.isError) break
      if (hasRoom) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      if (over) return
    }
    close(NORMAL)
  }
  const begin = (frame: Frame): void => {
    begun = true
    const read = codec.read(frame)
    if (read === END) close(NORMAL)
    else if ('refusal' in read) {
      peer.send(read.refusal)
      close(NORMAL)
    } else send(read).catch((error: unknown) => fail(error, (reason) => codec.failure(read, reason)))
  }

  peer.onDrain = () => wake()
  return {
    message(frame) {
      if (over) return
      try {
        if (!begun) begin(frame)
        // The mark behind the last request is no further one.
        else if (codec.read(frame) !== END) {
          close(REFUSED, 'a socket at /stream takes one request')
          context.cancel()
        }
      } catch (error) {
        fail(error, null)
        context.cancel()
      }
    },
    get isBusy() {
      return begun && !over
    },
    closed() {
      over = true
      wake()
      context.cancel()
    },
  }
}
