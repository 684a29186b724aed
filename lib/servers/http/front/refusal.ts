/** Answers that the front gives by itself: malformed requests, and errors of handlers as a caller may see them. */
import { isTellable } from '../../../errors.ts'
import type { HttpResponse } from '../exchange.ts'

/** Why a request is not taken: an HTTP status and one sentence. */
export interface Refusal {
  readonly status: number
  readonly detail: string
}

/** JSON with the reason under `detail`, where callers of this kind of service look for it. */
export function refuse(
  { status, detail }: Refusal,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse & { readonly body: string } {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ detail }) }
}

/** What callers may not read is masked (`isTellable`), and `report` is told of it. */
export function refuseError(error: unknown, report?: (error: unknown) => void): HttpResponse {
  if (isTellable(error)) {
    return refuse({ status: error.httpStatus, detail: error.message.toWellFormed() })
  }
  report?.(error)
  return refuse({ status: 500, detail: 'internal error; the log of the server says more' })
}
