/** The small messages of the side services (health, reflection, discovery, information), read and written by hand. */
import { XserveError } from '../../errors.ts'
import { encodeStruct } from '../../protobuf/struct.ts'
import { readFields } from '../../wire/fields.ts'
import { varintLength, withTag, writeVarint } from '../../wire/write.ts'

/** grpc.health.v1.HealthCheckResponse.ServingStatus. */
export const SERVING = 1
export const NOT_SERVING = 2
export const SERVICE_UNKNOWN = 3

const bytesField = (number: number, content: Uint8Array): Uint8Array => withTag((number << 3) | 2, content)

const textField = (number: number, text: string): Uint8Array => bytesField(number, Buffer.from(text))

function varintField(number: number, value: number): Uint8Array {
  const out = new Uint8Array(1 + varintLength(value))
  out[0] = number << 3
  writeVarint(out, 1, value)
  return out
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** EndpointsProto; `schemas` becomes a Struct. */
export function encodeEndpoints(names: readonly string[], schemas: Readonly<Record<string, unknown>> = {}): Uint8Array {
  const struct = Object.keys(schemas).length === 0 ? [] : [bytesField(3, encodeStruct(schemas))]
  return Buffer.concat([...names.map((name) => textField(1, name)), ...struct])
}

/** JinaInfoProto: two string maps. */
export function encodeInfo(info: {
  readonly jina: Readonly<Record<string, string>>
  readonly envs: Readonly<Record<string, string>>
}): Uint8Array {
  const entries = (number: number, map: Readonly<Record<string, string>>): Uint8Array[] =>
    Object.entries(map).map(([key, value]) =>
      bytesField(number, Buffer.concat([textField(1, key), textField(2, value)])),
    )
  return Buffer.concat([...entries(1, info.jina), ...entries(2, info.envs)])
}

/** `service` of a HealthCheckRequest; '' is the whole server. Throws XserveError BAD_REQUEST. */
export function readHealthRequest(bytes: Uint8Array): string {
  let service = ''
  for (const field of readFields(bytes, 'HealthCheckRequest')) if (field.number === 1) service = text(field.bytes)
  return service
}

export function encodeHealth(status: number): Uint8Array {
  return varintField(1, status)
}

/** What a ServerReflectionRequest asks; the numbers are those of its oneof, the same in v1alpha and v1. */
export type ReflectionQuestion =
  | { readonly kind: 'file' | 'symbol' | 'extensionsOf'; readonly name: string }
  | { readonly kind: 'extension' | 'list' }

/** Throws XserveError BAD_REQUEST for malformed bytes or a request that asks nothing. */
export function readReflectionRequest(bytes: Uint8Array): ReflectionQuestion {
  let question: ReflectionQuestion | undefined
  for (const field of readFields(bytes, 'ServerReflectionRequest')) {
    if (field.number === 3) question = { kind: 'file', name: text(field.bytes) }
    else if (field.number === 4) question = { kind: 'symbol', name: text(field.bytes) }
    else if (field.number === 5) question = { kind: 'extension' }
    else if (field.number === 6) question = { kind: 'extensionsOf', name: text(field.bytes) }
    else if (field.number === 7) question = { kind: 'list' }
  }
  if (!question)
    throw new XserveError('BAD_REQUEST', 'the ServerReflectionRequest asks nothing: its message_request is not set')
  return question
}

/** ServerReflectionResponse with one FileDescriptorProto. */
export function encodeFileAnswer(descriptor: Uint8Array): Uint8Array {
  return bytesField(4, bytesField(1, descriptor))
}

/** ServerReflectionResponse: the extension numbers of a type, of which there are none in proto3. */
export function encodeNoExtensions(typeName: string): Uint8Array {
  return bytesField(5, textField(1, typeName))
}

export function encodeServiceList(names: readonly string[]): Uint8Array {
  return bytesField(6, Buffer.concat(names.map((name) => bytesField(1, textField(1, name)))))
}

/** ServerReflectionResponse that says NOT_FOUND, in the words of Jina's servers. */
export function encodeNotFound(): Uint8Array {
  return bytesField(7, Buffer.concat([varintField(1, 5), textField(2, 'not found')]))
}
