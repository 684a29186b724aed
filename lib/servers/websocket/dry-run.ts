/** The socket `/dry_run`: tells once, unasked, whether everything behind the gateway answers (Jina facts §2.6). */
import { isTellable } from '../../errors.ts'
import type { ServedRuntime } from '../../wire/call.ts'
import { INTERNAL_ERROR } from '../../wire/close-code.ts'
import { encodeFailure } from '../../wire/status.ts'
import type { HttpRequest, WebSocketListener, WebSocketPeer } from '../http/exchange.ts'
import { failureJson } from '../json/answer.ts'
import { ConversationCallContext } from './call-context.ts'
import type { Frame } from './codec.ts'

export interface DryRunOptions {
  readonly handshake: HttpRequest
  readonly protocol: 'json' | 'bytes'
  /** Told of errors that callers see masked. */
  readonly onInternalError: (error: unknown) => void
}

/**
 * Success is the empty message, `{}` in JSON. Frames of the caller are passed over: Jina's client sends an empty one, and closes
 * the socket itself, so an own close frame could reach it while it is sending.
 */
export function openDryRun(runtime: ServedRuntime, peer: WebSocketPeer, options: DryRunOptions): WebSocketListener {
  const context = new ConversationCallContext(options.handshake)
  const json = options.protocol === 'json'
  let told = false
  const tell = (frame: Frame): void => {
    told = true
    if (!context.cancelled) peer.send(frame)
  }
  runtime.dryRun(context).then(
    () => tell(json ? '{}' : new Uint8Array(0)),
    (thrown: unknown) => {
      if (isTellable(thrown)) tell(json ? failureJson(thrown) : encodeFailure(thrown))
      else {
        options.onInternalError(thrown)
        peer.close(INTERNAL_ERROR, 'internal error')
      }
    },
  )
  return {
    message() {},
    closed: () => context.cancel(),
    get isBusy() {
      return !told
    },
  }
}
