/** A gRPC client on raw bytes, so that tests need no generated code. */
import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  type ClientOptions,
  credentials,
  type Metadata,
  type ServiceError,
} from '@grpc/grpc-js'

export interface Answer {
  readonly bytes: Uint8Array
  readonly trailers: Record<string, unknown>
}

export interface RawClient {
  /** Rejects with grpc-js' ServiceError. */
  unary(path: string, request: Uint8Array, metadata: Metadata, options?: { deadline?: number }): UnaryCall
  stream(path: string, metadata: Metadata, options?: { deadline?: number }): ClientDuplexStream<Uint8Array, Uint8Array>
  close(): void
}

export interface UnaryCall {
  readonly answer: Promise<Answer>
  cancel(): void
}

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes)
const same = (bytes: Buffer): Uint8Array => bytes

export function createRawClient(
  port: number,
  options: ClientOptions = {},
  channel: ChannelCredentials = credentials.createInsecure(),
): RawClient {
  const client = new Client(`127.0.0.1:${port}`, channel, {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.enable_http_proxy': 0,
    'grpc.use_local_subchannel_pool': 1,
    // Of TLS: an address is no name that may be asked for.
    'grpc.ssl_target_name_override': 'localhost',
    ...options,
  })
  return {
    unary(path, request, metadata, callOptions = {}) {
      let trailers: Record<string, unknown> = {}
      let answered: (answer: Answer) => void
      let failed: (error: ServiceError) => void
      const answer = new Promise<Answer>((resolve, reject) => {
        answered = resolve
        failed = reject
      })
      let result: Uint8Array = new Uint8Array(0)
      const call = client.makeUnaryRequest(path, toBuffer, same, request, metadata, callOptions, (error, bytes) => {
        if (error) return failed(error)
        result = bytes ?? result
      })
      call.on('status', (status) => {
        trailers = status.metadata.getMap()
        answered({ bytes: result, trailers })
      })
      return { answer, cancel: () => call.cancel() }
    },
    stream: (path, metadata, callOptions = {}) =>
      client.makeBidiStreamRequest(path, toBuffer, same, metadata, callOptions),
    close: () => client.close(),
  }
}

/** Everything a stream brings, and how it ends: code 0 when fine. */
export async function collect(
  stream: ClientDuplexStream<Uint8Array, Uint8Array>,
): Promise<{ messages: Uint8Array[]; code: number; details: string }> {
  const messages: Uint8Array[] = []
  return new Promise((resolve) => {
    const ended = new Promise<void>((done) => void stream.on('end', done))
    stream.on('data', (bytes: Uint8Array) => messages.push(bytes))
    stream.on('error', () => {})
    stream.on('status', ({ code, details }: { code: number; details: string }) => {
      void ended.then(() => resolve({ messages, code, details }))
    })
  })
}
