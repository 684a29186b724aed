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

interface Described {
  readonly name: string
  readonly descriptor: string
  readonly symbols: readonly string[]
  /** A form of the file with streaming endpoints (true), or without (false); left out: the same for both. */
  readonly streams?: boolean
}

const loaded = new Map<boolean, Promise<Schema>>()

/**
 * Loads once, on first use: few servers are ever asked, and a worker never is. `streams`: with the service of streaming
 * endpoints, which Jina knows from 3.19 on; without, the files are those of Jina 3.14 to the byte.
 */
export function loadSchema(streams = false): Promise<Schema> {
  let schema = loaded.get(streams)
  if (!schema) {
    schema = import('./descriptors.json').then((module) => createSchema(module.default, streams))
    loaded.set(streams, schema)
  }
  return schema
}

function createSchema(described: readonly Described[], streams: boolean): Schema {
  const files = new Map<string, SchemaFile>()
  const symbols = new Map<string, SchemaFile>()
  for (const { name, descriptor, symbols: names, ...form } of described) {
    if (form.streams !== undefined && form.streams !== streams) continue
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
