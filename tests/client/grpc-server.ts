/** A small gRPC server for tests of callers: answers as it is told, counts what it sees. */
import {
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { Envelope } from '../../lib/wire/envelope.ts'
import { encodeStatus } from '../../lib/wire/status.ts'

const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes)
const CALL = '/jina.JinaRPC/Call'
const SINGLE = '/jina.JinaSingleDataRequestRPC/process_single_data'

export interface Behaviour {
  /** The answer to one request; a thrown `{ code, details }` ends the call with that status. Default: the request itself. */
  readonly answer?: (request: Envelope) => Promise<Uint8Array> | Uint8Array
  /** Whether there is a stream; else Call is unimplemented. Default true. */
  readonly stream?: boolean
  /** Answers of other unary methods by path. */
  readonly methods?: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>>
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** The stream of a call, before any message. */
  readonly opened?: (call: ServerDuplexStream<Buffer, Uint8Array>) => void
}

export interface TestServer extends AsyncDisposable {
  readonly address: string
  readonly port: number
  /** Requests by the method they came with. */
  readonly seen: { stream: number; single: number }
  /** Metadata of the last call. */
  readonly metadata: () => Record<string, unknown>
  /** Resolves when a caller has cancelled a stream. */
  readonly cancelled: Promise<void>
  /** Cuts all connections. */
  kill(): void
}

type Unary = ServerUnaryCall<Buffer, Uint8Array>

export async function startGrpcServer(behaviour: Behaviour = {}, port = 0, host = '127.0.0.1'): Promise<TestServer> {
  const { answer = (request) => request.encode() } = behaviour
  const seen = { stream: 0, single: 0 }
  const cancelled = Promise.withResolvers<void>()
  let metadata: Record<string, unknown> = {}
  const server = new Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 })
  const handlers: UntypedServiceImplementation = {}
  const definition: Record<string, unknown> = {}
  const add = (path: string, stream: boolean, handler: UntypedServiceImplementation[string]) => {
    handlers[path] = handler
    definition[path] = {
      path,
      requestStream: stream,
      responseStream: stream,
      requestSerialize: same,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: same,
      responseDeserialize: (bytes: Buffer) => bytes,
    }
  }
  const unary =
    (respond: (bytes: Buffer) => Promise<Uint8Array> | Uint8Array) =>
    (call: Unary, done: sendUnaryData<Uint8Array>) => {
      metadata = call.metadata.getMap()
      void (async () => respond(call.request))().then(
        (bytes) => done(null, bytes),
        (error) => done(error),
      )
    }
  add(
    SINGLE,
    false,
    unary((bytes) => {
      seen.single++
      return answer(Envelope.parse(bytes))
    }),
  )
  for (const [path, respond] of Object.entries(behaviour.methods ?? {})) add(path, false, unary(respond))
  if (behaviour.stream !== false) {
    add(CALL, true, (call: ServerDuplexStream<Buffer, Uint8Array>) => {
      metadata = call.metadata.getMap()
      behaviour.opened?.(call)
      let open = 0
      let ended = false
      const close = () => {
        if (ended && open === 0) call.end()
      }
      call.on('cancelled', () => cancelled.resolve())
      call.on('data', (bytes: Buffer) => {
        seen.stream++
        open++
        void (async () => answer(Envelope.parse(bytes)))().then(
          (answered) => {
            call.write(answered)
            open--
            close()
          },
          (error) => call.emit('error', error),
        )
      })
      call.on('end', () => {
        ended = true
        close()
      })
    })
  }
  server.addService(definition as unknown as ServiceDefinition, handlers)
  const { tls } = behaviour
  const credentials = tls
    ? ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }])
    : ServerCredentials.createInsecure()
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`${host}:${port}`, credentials, (error, number) => (error ? reject(error) : resolve(number))),
  )
  return {
    address: `${host}:${bound}`,
    port: bound,
    seen,
    metadata: () => metadata,
    cancelled: cancelled.promise,
    kill: () => server.forceShutdown(),
    async [Symbol.asyncDispose]() {
      server.forceShutdown()
    },
  }
}

/** The answer that an executor's error makes. */
export function failed(request: Envelope, message: string): Uint8Array {
  const status = encodeStatus({
    name: 'RangeError',
    args: [message],
    stacks: [`RangeError: ${message}\n`, '    at foo (/code/exec.ts:7:9)\n'],
    executor: 'MyExec',
    description: `RangeError('${message}')`,
  })
  return request.answer({ role: 'executor', data: null, parameters: null, status, routes: [] }).encode()
}

export { freePort } from '../helpers/free-port.ts'
