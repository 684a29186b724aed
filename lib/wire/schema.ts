/**
 * The schema of the wire, for those who ask by reflection: file descriptors made from the texts in proto/ beforehand
 * (descriptors.json), so that nothing is parsed at run time.
 */

/** One .proto file, ready to be sent. */
export interface SchemaFile {
  /** As imports name it: `jina.proto`, `google/protobuf/struct.proto`. */
  readonly name: string
  /** FileDescriptorProto. Without JSON names where Jina has none, so grpcurl prints snake_case (Jina facts §1.3). */
  readonly descriptor: Uint8Array
}

export interface Schema {
  /** The file of that name. */
  file(name: string): SchemaFile | undefined
  /** The file that declares a message, field, enum, service or method; `symbol` is its full name without leading dot. */
  containing(symbol: string): SchemaFile | undefined
  /** Whether the symbol is a message or anything else declared here. */
  has(symbol: string): boolean
}

let loaded: Promise<Schema> | undefined

/** Loads once, on first use: few servers are ever asked, and a worker never is. */
export function loadSchema(): Promise<Schema> {
  loaded ??= import('./descriptors.json').then((module) => createSchema(module.default))
  return loaded
}

function createSchema(described: readonly { name: string; descriptor: string; symbols: readonly string[] }[]): Schema {
  const files = new Map<string, SchemaFile>()
  const symbols = new Map<string, SchemaFile>()
  for (const { name, descriptor, symbols: names } of described) {
    const file = { name, descriptor: Uint8Array.fromBase64(descriptor) }
    files.set(name, file)
    for (const symbol of names) symbols.set(symbol, file)
  }
  return {
    file: (name) => files.get(name),
    containing: (symbol) => symbols.get(symbol),
    has: (symbol) => symbols.has(symbol),
  }
}
