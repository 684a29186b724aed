/** `doc.fields`: the fields of a document by the names that the wire has for them, as the members of an object. */

/** Members are fields; assigning `undefined` takes one away, null is a field that holds nothing. */
export interface NamedFields {
  // biome-ignore lint/suspicious/noExplicitAny: a field is whatever its sender put in; `doc.fields.price` must need no cast
  [name: string]: any
}

/** Where the fields of a document are kept. */
export interface FieldAccess {
  /** undefined: there is none of this name. */
  get(name: string): unknown
  /** As `get`, but what is read so does not count as changed: who looks does not change it in place. */
  peek(name: string): unknown
  /** Of which kind its node came; undefined: there was none, it has been set since, or the dialect has no nodes. */
  came(name: string): number | undefined
  /** Without reading it. */
  has(name: string): boolean
  set(name: string, value: unknown): void
  names(): string[]
  /** Whether the field, had it never been set, would differ from an empty one: not so in the first dialect's own. */
  tellsAbsent(name: string): boolean
}

/** Made when it is first asked for: a document whose fields nobody reads by name has none. */
export function openFields(access: FieldAccess): NamedFields {
  return new Proxy(Object.create(null) as NamedFields, new Members(access))
}

class Members implements ProxyHandler<NamedFields> {
  readonly #access: FieldAccess

  constructor(access: FieldAccess) {
    this.#access = access
  }

  get(_: NamedFields, name: string | symbol): unknown {
    return typeof name === 'string' ? this.#access.get(name) : undefined
  }

  set(_: NamedFields, name: string | symbol, value: unknown): boolean {
    if (typeof name === 'string') this.#access.set(name, value)
    return typeof name === 'string'
  }

  has(_: NamedFields, name: string | symbol): boolean {
    return typeof name === 'string' && this.#access.has(name)
  }

  deleteProperty(_: NamedFields, name: string | symbol): boolean {
    return this.set(_, name, undefined)
  }

  ownKeys(): string[] {
    return this.#access.names()
  }

  getOwnPropertyDescriptor(_: NamedFields, name: string | symbol): PropertyDescriptor | undefined {
    if (!this.has(_, name)) return undefined
    // With the value itself, asking for the names would read every field.
    const get = (): unknown => this.get(_, name)
    return { get, set: (value) => void this.set(_, name, value), enumerable: true, configurable: true }
  }

  defineProperty(_: NamedFields, name: string | symbol, { value }: PropertyDescriptor): boolean {
    return this.set(_, name, value)
  }
}
