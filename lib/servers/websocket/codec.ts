/** The two sub-protocols: what a frame means, and what is answered to it (Jina facts §2.6). */
import { pathText } from '../../config/given.ts'
import { newId } from '../../document/id.ts'
import { XserveError } from '../../errors.ts'
import { Envelope } from '../../wire/envelope.ts'
import { encodeFailure } from '../../wire/status.ts'
import { snakeCaseAnswer, snakeCaseFailure } from '../json/answer.ts'
import { dialectOfJson } from '../json/form.ts'
import { InvalidRequest } from '../json/invalid.ts'
import { parseJson } from '../json/parse.ts'
import { requestFromJson } from '../json/request.ts'

export type Frame = string | Uint8Array

/** A frame that ends the requests. */
export const END = Symbol('end of requests')

/** A request that cannot be called, with the frame that says why. */
export interface Refused {
  readonly refusal: Frame
}

export interface Codec {
  /** Throws WrongFrame, and XserveError for a frame of which nothing can be read. */
  read(frame: Frame): Envelope | Refused | typeof END
  /** In the dialect of the request. Throws XserveError for documents that it cannot say. */
  answer(answer: Envelope, request: Envelope): Frame
  /** A request that failed for a reason that lies in itself: the others go on. */
  failure(request: Envelope, error: XserveError): Frame
}

/** A text frame where binary ones were agreed on, or the other way round. */
export class WrongFrame extends Error {
  override readonly name = 'WrongFrame'
}

export const JSON_CODEC: Codec = {
  read(frame) {
    if (typeof frame !== 'string') throw new WrongFrame('a binary frame in a conversation of JSON texts')
    const value = parseJson(frame)
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0 && !Array.isArray(value))
      return END
    try {
      const dialect = dialectOfJson(value, 'v1')
      const request = requestFromJson(value, null, dialect)
      request.dialect = dialect
      return request
    } catch (error) {
      if (error instanceof InvalidRequest) return { refusal: refuse(value, error) }
      throw error
    }
  },
  answer: (answer, request) => snakeCaseAnswer(answer, request.dialect),
  failure: (request, error) => snakeCaseFailure(request, error, request.dialect),
}

/** The place goes into the text, since a status has no other room for it. */
function refuse(value: unknown, { code, location, message, details: { hint } }: InvalidRequest): string {
  const { header } = Object(value) as { header?: { requestId?: unknown; request_id?: unknown } | null }
  const id = header?.requestId ?? header?.request_id
  const request = Envelope.create({ requestId: typeof id === 'string' ? id : newId(), endpoint: '' })
  const place = pathText(location.slice(1))
  return snakeCaseFailure(request, new XserveError(code, `${place === '' ? '' : `${place}: `}${message}`, { hint }))
}

export const BYTES_CODEC: Codec = {
  read(frame) {
    if (typeof frame === 'string') throw new WrongFrame('a text frame in a conversation of bytes')
    return frame.length === 1 && frame[0] === 0 ? END : Envelope.parse(frame)
  },
  answer: (answer) => answer.encode(),
  failure: (request, error) =>
    request
      .answer({ role: 'gateway', data: null, parameters: null, status: encodeFailure(error), routes: [] })
      .encode(),
}
