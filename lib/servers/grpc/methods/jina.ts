/** The unary services of Jina: requests, endpoint discovery, dry run, information (Jina facts §1.3). */

import { isTellable } from '../../../errors.ts'
import type { ServedRuntime } from '../../../wire/call.ts'
import type { Envelope } from '../../../wire/envelope.ts'
import { announcement } from '../../../wire/schemas/announce.ts'
import type { Spoken } from '../../../wire/spoken.ts'
import { encodeFailure } from '../../../wire/status.ts'
import { createContext } from '../call-context.ts'
import { encodeEndpoints, encodeInfo } from '../messages.ts'
import type { GrpcMethod } from '../method.ts'

const EMPTY = new Uint8Array(0)

/**
 * process_single_data and process_data: they differ in how a message is read.
 * An executor marks an answer that is an error in the trailing metadata, a gateway never does (Jina facts §1.6).
 */
export function requestMethod(
  runtime: ServedRuntime,
  parse: (bytes: Uint8Array) => Envelope,
  spokenOf: (peer: string) => Spoken,
): GrpcMethod {
  const { handler } = runtime
  const marksErrors = runtime.role === 'executor'
  return {
    kind: 'unary',
    handle(bytes, call) {
      const request = parse(bytes)
      spokenOf(call.peer).hear(request)
      return handler.call(request, createContext(call)).then((answer) => {
        if (marksErrors && answer.isError) call.setTrailer('is-error', 'true')
        return answer.encodePieces()
      })
    },
  }
}

/** In the form of executors for gateways, too: a gateway can then stand behind a gateway. */
export function discoveryMethod(runtime: ServedRuntime): GrpcMethod {
  const form = process.env.XSERVE_PYDANTIC === '2' ? 'pydantic2' : 'pydantic1'
  return {
    kind: 'unary',
    async handle() {
      const [endpoints, schemas, streams] = await Promise.all([
        runtime.endpoints(),
        runtime.schemas(),
        runtime.streams(),
      ])
      return encodeEndpoints(endpoints, announcement(endpoints, schemas, new Set(streams), form))
    },
  }
}

/** A dry run that fails is an answer, too: StatusProto with code ERROR. */
export function dryRunMethod(runtime: ServedRuntime): GrpcMethod {
  return {
    kind: 'unary',
    async handle(_bytes, call) {
      try {
        await runtime.dryRun(createContext(call))
        return EMPTY
      } catch (error) {
        if (!isTellable(error)) throw error
        return encodeFailure(error)
      }
    },
  }
}

export function infoMethod(runtime: ServedRuntime): GrpcMethod {
  return { kind: 'unary', handle: () => encodeInfo(runtime.info()) }
}
