/** What is asked about the service itself: GET /, /status, /dry_run (Jina facts §2.1). */
import { isTellable } from '../../../errors.ts'
import type { ServedRuntime } from '../../../wire/call.ts'
import { failureJson } from '../../json/answer.ts'
import { HttpCallContext } from '../call-context.ts'
import type { HttpHandler } from '../exchange.ts'
import { jsonReply } from '../reply.ts'

const HEALTHY = jsonReply('{}')

/** Asked only while it serves: `createHealth` stands before it. */
export const healthRoute: HttpHandler = () => HEALTHY

export function statusRoute(runtime: ServedRuntime): HttpHandler {
  return () => jsonReply(JSON.stringify(runtime.info()))
}

/** A dry run that failed is still 200, with code 1: who asks reads the body. What callers may not read is for the front to mask. */
export function dryRunRoute(runtime: ServedRuntime): HttpHandler {
  return async (request) => {
    try {
      await runtime.dryRun(new HttpCallContext(request))
      return jsonReply('{"code":0,"description":"","exception":null}')
    } catch (error) {
      if (!isTellable(error)) throw error
      return jsonReply(failureJson(error))
    }
  }
}
