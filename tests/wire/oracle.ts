/** protobufjs as an independent reader and writer of the messages in proto/, for tests. */
import path from 'node:path'
import protobuf from 'protobufjs'

const folder = path.join(import.meta.dir, '../../proto')
const FILES = [
  'google/protobuf/timestamp.proto',
  'google/protobuf/struct.proto',
  'google/protobuf/empty.proto',
  'docarray.proto',
  'jina.proto',
]
const root = new protobuf.Root()
for (const name of FILES) {
  protobuf.parse(await Bun.file(path.join(folder, name)).text(), root, { keepCase: true })
}
root.resolveAll()

export function encode(type: string, value: Record<string, unknown>): Uint8Array {
  const message = root.lookupType(type)
  return message.encode(message.fromObject(value)).finish()
}

export function decode(type: string, bytes: Uint8Array): Record<string, unknown> {
  const message = root.lookupType(type)
  return message.toObject(message.decode(bytes), { longs: Number, enums: Number, bytes: String })
}
