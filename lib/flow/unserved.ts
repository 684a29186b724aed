/** Requests for endpoints that nobody has: the documents pass unchanged, as in Jina, and who debugs is told. */

import type { CallHandler } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import type { Envelope } from '../wire/envelope.ts'

/** `handler`, with `tell` called for every request to an endpoint that `has` denies. */
export function tellingUnserved(
  handler: CallHandler,
  has: (endpoint: string) => boolean,
  tell: (text: string) => void,
): CallHandler {
  const look = ({ endpoint, requestId }: Envelope): void => {
    const asked = endpoint || DEFAULT_ENDPOINT
    if (!has(asked)) tell(`no executor has the endpoint ${asked}: the documents of request ${requestId} pass unchanged`)
  }
  return {
    call(request, context) {
      look(request)
      return handler.call(request, context)
    },
    stream(request, context) {
      look(request)
      return handler.stream(request, context)
    },
  }
}
