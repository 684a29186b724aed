/** `doc.fields`: the fields of a document by the names that the wire has for them, as the members of an object. */

/** Members are fields; assigning `undefined` takes one away, null is a field that holds nothing. */
// biome-ignore lint/suspicious/noExplicitAny: a field is whatever its sender put in; reading `doc.fields.price` must need no cast
export type NamedFields = Record<string, any>

/** Where the fields of a document are kept. */
export interface FieldAccess {
  /** undefined: there is none of this name. */
  get(name: string): unknown
  set(name: string, value: unknown): void
  names(): string[]
}

const HANDLER: ProxyHandler<FieldAccess> = {
  get: (access, name) => (typeof name === 'string' ? access.get(name) : undefined),
  set(access, name, value) {
    if (typeof name !== 'string') return false
    access.set(name, value)
    return true
  },
  has: (access, name) => typeof name === 'string' && access.get(name) !== undefined,
  deleteProperty(access, name) {
    if (typeof name === 'string') access.set(name, undefined)
    return true
  },
  ownKeys: (access) => access.names(),
  getOwnPropertyDescriptor(access, name) {
    const value = typeof name === 'string' ? access.get(name) : undefined
    return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true }
  },
  defineProperty(access, name, { value }) {
    if (typeof name !== 'string') return false
    access.set(name, value)
    return true
  },
  getPrototypeOf: () => null,
}

/** Made when it is first asked for: a document whose fields nobody reads by name has none. */
export function openFields(access: FieldAccess): NamedFields {
  return new Proxy(access, HANDLER) as unknown as NamedFields
}
