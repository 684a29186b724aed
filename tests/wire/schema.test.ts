import { expect, test } from 'bun:test'
import type protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor'
import { loadSchema } from '../../lib/wire/schema.ts'
import { DESCRIPTORS, describeProtos } from './describe-protos.ts'

test('descriptors.json is made of the texts in proto/ as they are', async () => {
  expect(await Bun.file(DESCRIPTORS).json()).toEqual(await describeProtos())
})

test('every import of a file is a file, and every file parses', async () => {
  const schema = await loadSchema()
  const type = descriptor.FileDescriptorProto as unknown as protobuf.Type
  for (const { name } of await describeProtos()) {
    const file = type.toObject(type.decode(schema.file(name)!.descriptor)) as { name: string; dependency?: string[] }
    expect(file.name).toBe(name)
    for (const dependency of file.dependency ?? []) expect(schema.file(dependency)?.name).toBe(dependency)
  }
})

test('streaming endpoints are described where they are asked for, and nowhere else', async () => {
  const [without, withStreams] = [await loadSchema(), await loadSchema(true)]
  for (const symbol of ['jina.JinaSingleDocumentRequestRPC.stream_doc', 'jina.SingleDocumentRequestProto.document']) {
    expect([without.has(symbol), withStreams.has(symbol)]).toEqual([false, true])
  }
  expect(withStreams.containing('jina.DataRequestProto')?.name).toBe('jina.proto')
  expect(withStreams.file('docarray.proto')?.descriptor).toEqual(without.file('docarray.proto')!.descriptor)
})

test('symbols of every kind are found in their file, others nowhere', async () => {
  const schema = await loadSchema()
  const fileOf = (symbol: string) => schema.containing(symbol)?.name
  expect(
    ['jina.JinaRPC', 'jina.JinaRPC.Call', 'jina.HeaderProto.exec_endpoint', 'jina.StatusProto.StatusCode'].map(fileOf),
  ).toEqual(Array(4).fill('jina.proto'))
  expect(fileOf('google.protobuf.Value')).toBe('google/protobuf/struct.proto')
  expect(fileOf('google.protobuf.Empty')).toBe('google/protobuf/empty.proto')
  expect(fileOf('docarray.DocumentProto.tags')).toBe('docarray.proto')
  expect([fileOf('jina'), fileOf(''), fileOf('.jina.JinaRPC'), schema.has('jina.Nope')]).toEqual([
    undefined,
    undefined,
    undefined,
    false,
  ])
})
