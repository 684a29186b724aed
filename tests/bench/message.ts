/** The requests that are sent, made from the texts in proto/ so that nothing of the program under test is in them. */
import { join } from 'node:path'
import protobuf from 'protobufjs'

const PROTO = join(import.meta.dir, '../../proto')
const root = new protobuf.Root()
root.resolvePath = (_origin, target) => join(PROTO, target)
root.loadSync('jina.proto', { keepCase: true })
const Request = root.lookupType('jina.DataRequestProto')

export function encodeRequest(endpoint: string, document: object): Uint8Array {
  return Request.encode(
    Request.fromObject({
      header: { request_id: '0123456789abcdef0123456789abcdef', exec_endpoint: endpoint },
      data: { docs: { docs: [{ id: 'fedcba9876543210fedcba9876543210', ...document }] } },
    }),
  ).finish()
}

/** One document of 100 bytes of text. */
export function textRequest(): Uint8Array {
  return encodeRequest('/text', { text: 'x'.repeat(100) })
}

/** The same in JSON. */
export function jsonRequest(): string {
  const data = [{ id: 'fedcba9876543210fedcba9876543210', text: 'x'.repeat(100) }]
  return JSON.stringify({ data, execEndpoint: '/text' })
}

export const TENSOR_BYTES = 1 << 20

/** One document with a tensor of numbers of 32 bits; 1 MiB of them unless told. */
export function tensorRequest(bytes = TENSOR_BYTES): Uint8Array {
  const buffer = new Uint8Array(new Float32Array(bytes / 4).fill(1.5).buffer)
  return encodeRequest('/tensor', {
    tensor: { dense: { buffer, shape: [bytes / 4], dtype: '<f4' }, cls_name: 'numpy' },
  })
}

interface Answer {
  readonly header?: { readonly status?: { readonly code?: number; readonly description?: string } }
  readonly data?: { readonly docs?: { readonly docs?: readonly AnswerDocument[] } }
}

interface AnswerDocument {
  readonly text?: string
  readonly tensor?: { readonly dense?: { readonly buffer: Uint8Array } }
}

/** The document of an answer; throws what the answer says when it is an error. */
export function answeredDocument(bytes: Uint8Array): AnswerDocument {
  const answer = Request.toObject(Request.decode(bytes)) as Answer
  const status = answer.header?.status
  if (status?.code) throw new Error(`the answer is an error: ${status.description ?? status.code}`)
  const document = answer.data?.docs?.docs?.[0]
  if (document === undefined) throw new Error('the answer has no document')
  return document
}

/** A gRPC message as h2load sends it: not compressed, length, bytes. */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + message.length)
  new DataView(frame.buffer).setUint32(1, message.length)
  frame.set(message, 5)
  return frame
}
