/** The context of one HTTP request; its signal is made on first use. */
import { XserveError } from '../../errors.ts'
import type { CallContext } from '../../wire/call.ts'
import type { HttpRequest } from './exchange.ts'

/** Header fields are the metadata. A class, since one is made for every request. */
export class HttpCallContext implements CallContext {
  /** HTTP has no header for it that clients send. */
  readonly deadline = 0
  readonly #request: HttpRequest
  #controller: AbortController | null = null

  constructor(request: HttpRequest) {
    this.#request = request
  }

  metadata(key: string): string | undefined {
    return this.#request.header(key)
  }
  get cancelled(): boolean {
    return this.#request.cancelled
  }
  onCancel(listener: () => void): void {
    this.#request.onCancel(listener)
  }
  get signal(): AbortSignal {
    if (this.#controller === null) {
      const made = new AbortController()
      this.#controller = made
      this.#request.onCancel(() => made.abort(new XserveError('CANCELLED', 'the caller has gone')))
    }
    return this.#controller.signal
  }
}
