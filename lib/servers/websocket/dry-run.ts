/** The socket `/dry_run`: tells once, unasked, whether everything behind the gateway answers (Jina facts §2.6). */
import { asXserveError } from '../../errors.ts'
import type { ServedRuntime } from '../../wire/call.ts'
import { encodeFailure } from '../../wire/status.ts'
import type { HttpRequest, WebSocketListener, WebSocketPeer } from '../http/exchange.ts'
import { failureJson } from '../json/answer.ts'
import { ConversationCallContext } from './call-context.ts'
import type { Frame } from './codec.ts'

/**
 * Success is the empty message, `{}` in JSON. Frames of the caller are passed over: Jina's client sends an empty one, and closes
 * the socket itself, so an own close frame could reach it while it is sending.
 */
export function openDryRun(
  runtime: ServedRuntime,
  handshake: HttpRequest,
  peer: WebSocketPeer,
  protocol: 'json' | 'bytes',
): WebSocketListener {
  const context = new ConversationCallContext(handshake)
  const json = protocol === 'json'
  const tell = (frame: Frame): void => {
    if (!context.cancelled) peer.send(frame)
  }
  runtime.dryRun(context).then(
    () => tell(json ? '{}' : new Uint8Array(0)),
    (thrown: unknown) => {
      const error = asXserveError(thrown)
      tell(json ? failureJson(error) : encodeFailure(error))
    },
  )
  return { message() {}, closed: () => context.cancel() }
}
