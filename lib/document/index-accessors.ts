/** `docs[3]` on a class that is no Array: accessors on its prototype, made as far as the longest array that there has been. */

/** What an index reads and writes. */
export interface Indexed {
  getAt(index: number): unknown
  // biome-ignore lint/suspicious/noExplicitAny: whatever the class takes
  setAt(index: number, value: any): void
}

export class IndexAccessors {
  readonly #prototype: Indexed
  /** Indexes below this have accessors. */
  #grown = 0

  constructor(prototype: Indexed) {
    this.#prototype = prototype
  }

  grow(length: number): void {
    for (; this.#grown < length; this.#grown++) define(this.#prototype, this.#grown)
  }
}

function define(prototype: Indexed, index: number): void {
  Object.defineProperty(prototype, index, {
    get(this: Indexed) {
      return this.getAt(index)
    },
    set(this: Indexed, value: unknown) {
      this.setAt(index, value)
    },
    configurable: true,
  })
}
