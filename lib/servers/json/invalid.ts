/** A request that says something wrong, with the place of it in the body: what HTTP answers under `detail` (Jina facts §2.2). */
import { type ErrorCode, XserveError } from '../../errors.ts'

export type Location = readonly (string | number)[]

/** One entry of `detail`, in the shape of FastAPI. */
export interface Detail {
  readonly loc: Location
  readonly msg: string
  readonly type: string
}

export class InvalidRequest extends XserveError {
  /** From `body` on. */
  readonly location: Location
  /** FastAPI's word for the kind of mistake, `type_error`. */
  readonly type: string

  constructor(
    code: ErrorCode,
    location: Location,
    message: string,
    options: { readonly type?: string; readonly hint?: string | undefined } = {},
  ) {
    super(code, message, {
      where: location.join('.'),
      hint: options.hint,
    })
    this.location = location
    this.type = options.type ?? 'type_error'
  }
}

/** The error of a lower layer, placed: `data[0].text` in its `where` becomes part of the location. */
export function placed(error: XserveError, location: Location): InvalidRequest {
  const inner = error.details.where === undefined ? [] : splitPath(error.details.where)
  return new InvalidRequest(error.code, [...location, ...inner], error.message, { hint: error.details.hint })
}

/** `data[0].chunks[1].text` in its parts. */
export function splitPath(path: string): (string | number)[] {
  return Array.from(path.matchAll(/\[(\d+)\]|[^.[\]]+/g), ([part, index]) =>
    index === undefined ? part : Number(index),
  )
}

/** What of an error goes into `detail`. */
export function detailOf(error: XserveError): Detail {
  const location = error instanceof InvalidRequest ? error.location : placeOf(error)
  const hint = error.details.hint === undefined ? '' : ` (${error.details.hint})`
  const type = error instanceof InvalidRequest ? error.type : `value_error.${error.code.toLowerCase()}`
  return { loc: location, msg: error.message + hint, type }
}

function placeOf(error: XserveError): Location {
  return error.code === 'BAD_TARGET' ? ['body', 'targetExecutor'] : ['body']
}
