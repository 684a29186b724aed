/** A document or parameters that do not fit what an endpoint has declared. */

/** HTTP answers it with 422, and finds the place of it in front of the message. */
export class ValidationError extends Error {
  override readonly name = 'ValidationError'

  /** `place`: `docs[0].price`, `parameters.factor`. */
  constructor(place: string, what: string) {
    super(`${place}: ${what}`)
  }
}
