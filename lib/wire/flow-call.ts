/**
 * What a worker asks of the Flow over its link: a byte that says what, then the request as on the wire (DataRequestProto, or
 * SingleDocumentRequestProto of a streaming endpoint). Failures come back as the JSON of a catalogue error.
 */
import { asXserveError, isErrorCode, XserveError } from '../errors.ts'

export const FLOW_CALL = { unary: 0, stream: 1, info: 2 } as const
export type FlowCallKind = (typeof FLOW_CALL)[keyof typeof FLOW_CALL]

const EMPTY = new Uint8Array(0)

export function encodeFlowCall(kind: FlowCallKind, request: Uint8Array = EMPTY): readonly Uint8Array[] {
  const head = Uint8Array.of(kind)
  return request.length === 0 ? [head] : [head, request]
}

/** A view into `payload`. Throws XserveError INTERNAL for a kind that is none. */
export function decodeFlowCall(payload: Uint8Array): { readonly kind: FlowCallKind; readonly request: Uint8Array } {
  const kind = payload[0]
  if (kind !== FLOW_CALL.unary && kind !== FLOW_CALL.stream && kind !== FLOW_CALL.info)
    throw new XserveError('INTERNAL', `a worker asked for something unknown (${kind})`)
  return { kind, request: payload.subarray(1) }
}

export function encodeFlowFailure(error: unknown): Uint8Array {
  const { code, message, details } = asXserveError(error)
  return new TextEncoder().encode(JSON.stringify({ code, message, where: details.where, hint: details.hint }))
}

export function decodeFlowFailure(payload: Uint8Array): XserveError {
  const { code, message, where, hint } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, string>
  return new XserveError(isErrorCode(code) ? code : 'INTERNAL', message ?? '', { where, hint })
}
