/** The context of one request in a conversation: cancelled with it. */
import { XserveError } from '../../errors.ts'
import type { CallContext } from '../../wire/call.ts'
import type { HttpRequest } from '../http/exchange.ts'

/** A class, since one is made for every request. */
export class ConversationCallContext implements CallContext {
  readonly deadline = 0
  readonly #handshake: HttpRequest
  #listeners: (() => void)[] | null = null
  #controller: AbortController | null = null
  #cancelled = false

  /** The fields of the handshake are the metadata of every request. */
  constructor(handshake: HttpRequest) {
    this.#handshake = handshake
  }

  metadata(key: string): string | undefined {
    return this.#handshake.header(key)
  }
  get cancelled(): boolean {
    return this.#cancelled
  }
  onCancel(listener: () => void): void {
    if (this.#cancelled) listener()
    else if (this.#listeners === null) this.#listeners = [listener]
    else this.#listeners.push(listener)
  }
  get signal(): AbortSignal {
    if (this.#controller === null) {
      const made = new AbortController()
      this.#controller = made
      this.onCancel(() => made.abort(new XserveError('CANCELLED', 'the caller has gone')))
    }
    return this.#controller.signal
  }
  /** The caller has gone. */
  cancel(): void {
    this.#cancelled = true
    const listeners = this.#listeners
    this.#listeners = null
    if (listeners) for (const listener of listeners) listener()
  }
}
