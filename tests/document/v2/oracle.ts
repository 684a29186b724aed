/** protobufjs as an independent reader and writer of docarray's second dialect (Jina facts §1.10), for tests. */
import protobuf from 'protobufjs'

const root = protobuf.parse(
  `syntax = "proto3";
  message DenseNdArrayProto { bytes buffer = 1; repeated uint32 shape = 2; string dtype = 3; }
  message NdArrayProto { DenseNdArrayProto dense = 1; bytes parameters = 2; }
  message ListOfAnyProto { repeated NodeProto data = 1; }
  message DictOfAnyProto { map<string, NodeProto> data = 1; }
  message DocProto { map<string, NodeProto> data = 1; }
  message DocListProto { repeated DocProto docs = 1; }
  message NodeProto {
    oneof content {
      string text = 1; int32 integer = 2; double float = 3; bool boolean = 4; bytes blob = 5;
      NdArrayProto ndarray = 6; DocProto doc = 7; DocListProto doc_array = 8;
      ListOfAnyProto list = 9; ListOfAnyProto set = 10; ListOfAnyProto tuple = 11; DictOfAnyProto dict = 12;
    }
    oneof docarray_type { string type = 13; }
  }`,
  { keepCase: true },
).root
root.resolveAll()

/** A NodeProto as an object; none of its fields: null. */
export type NodeObject = Record<string, unknown>

export function encodeList(docs: readonly Record<string, NodeObject>[]): Uint8Array {
  const type = root.lookupType('DocListProto')
  return new Uint8Array(type.encode(type.fromObject({ docs: docs.map((data) => ({ data })) })).finish())
}

export function decodeList(bytes: Uint8Array): Record<string, NodeObject>[] {
  const type = root.lookupType('DocListProto')
  const list = type.toObject(type.decode(bytes), { bytes: String, arrays: true, objects: true }) as {
    docs: { data: Record<string, NodeObject> }[]
  }
  return list.docs.map(({ data }) => data)
}
