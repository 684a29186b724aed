/** A plain gRPC caller on raw bytes, independent of the product's own client. */
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { decode, encode } from '../wire/oracle.ts'

export const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'
export const LIST = '/jina.JinaDataRequestRPC/process_data'

const OPTIONS = {
  // Connections of its own: a port that an earlier test had may wait there for its turn to be tried again.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.enable_http_proxy': 0,
}
const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export interface Doc {
  readonly id?: string
  readonly text?: string
  readonly [key: string]: unknown
}
export interface Plain {
  readonly header: {
    readonly request_id?: string
    readonly status?: {
      code: number
      description: string
      exception: { name: string; args: string[]; stacks: string[]; executor: string }
    }
  }
  readonly parameters?: unknown
  readonly routes?: readonly { readonly executor: string }[]
  readonly data?: { readonly docs?: { readonly docs?: readonly Doc[] } }
}

export interface Answer {
  readonly bytes: Uint8Array
  readonly plain: Plain
  readonly trailers: Record<string, unknown>
}

export interface Caller extends Disposable {
  /** Rejects with grpc-js's ServiceError (code, details). */
  raw(path: string, bytes: Uint8Array, options?: { deadlineMs?: number; signal?: AbortSignal }): Promise<Answer>
  post(
    endpoint: string,
    docs: readonly Doc[],
    options?: { deadlineMs?: number; signal?: AbortSignal; parameters?: Readonly<Record<string, unknown>> },
  ): Promise<Answer>
  readonly client: Client
}

export function requestBytes(
  endpoint: string,
  docs: readonly Doc[],
  requestId = 'r',
  parameters?: Readonly<Record<string, unknown>>,
): Uint8Array {
  return encode('jina.DataRequestProto', {
    header: { request_id: requestId, exec_endpoint: endpoint },
    data: { docs: { docs } },
    ...(parameters ? { parameters: structOf(parameters) } : {}),
  })
}

/** google.protobuf.Struct of flat parameters: numbers and texts. */
function structOf(values: Readonly<Record<string, unknown>>) {
  const fields = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === 'number' ? { number_value: value } : { string_value: String(value) },
  ])
  return { fields: Object.fromEntries(fields) }
}

export function caller(address: string, options: Readonly<Record<string, number>> = {}): Caller {
  const client = new Client(address, credentials.createInsecure(), { ...OPTIONS, ...options })
  const raw: Caller['raw'] = (path, bytes, options = {}) =>
    new Promise((resolve, reject) => {
      let answer: Uint8Array = new Uint8Array(0)
      const call = client.makeUnaryRequest(
        path,
        same,
        same,
        Buffer.from(bytes),
        new Metadata(),
        options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs },
        (error: ServiceError | null, response?: Buffer) => {
          if (error) reject(error)
          else answer = response ?? answer
        },
      )
      options.signal?.addEventListener('abort', () => call.cancel())
      call.on('status', (status) => {
        if (status.code === 0)
          resolve({
            bytes: answer,
            trailers: status.metadata.getMap(),
            get plain() {
              return decode('jina.DataRequestProto', answer) as unknown as Plain
            },
          })
      })
    })
  return {
    client,
    raw,
    post: (endpoint, docs, options = {}) => raw(SINGLE, requestBytes(endpoint, docs, 'r', options.parameters), options),
    [Symbol.dispose]: () => client.close(),
  }
}

export const texts = (answer: Answer): (string | undefined)[] =>
  (answer.plain.data?.docs?.docs ?? []).map((doc) => doc.text)
