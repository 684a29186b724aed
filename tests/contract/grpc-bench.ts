import { type ChannelCredentials, Metadata } from '@grpc/grpc-js'
import type { GrpcCall, GrpcFront, GrpcMethod, StartGrpcFront } from '../../lib/servers/grpc/method.ts'
import type { TlsOptions } from '../../lib/wire/call.ts'
import { createRawClient, type RawClient } from '../servers/grpc/raw-client.ts'

export const bytes = (text: string): Uint8Array => Buffer.from(text)
export const text = (message: Uint8Array): string => Buffer.from(message).toString()

export function metadata(entries: Record<string, string | Buffer> = {}): Metadata {
  const made = new Metadata()
  for (const [key, value] of Object.entries(entries)) made.set(key, value)
  return made
}

export const unary = (
  handle: (request: Uint8Array, call: GrpcCall) => Promise<Uint8Array> | Uint8Array,
): GrpcMethod => ({
  kind: 'unary',
  handle,
})

/** Sends back what comes, ends when the caller ends. */
export const echoStream: GrpcMethod = {
  kind: 'stream',
  open: (sink) => ({ message: (message) => void sink.write(message), end: () => sink.end() }),
}

export const failure = (promise: Promise<unknown>): Promise<{ code: number; details: string }> =>
  promise.then(
    () => ({ code: 0, details: '' }),
    (error: { code: number; details: string }) => error,
  )

/** How the two ends prove who they are; both without TLS where it is left out. */
export interface Proofs {
  readonly tls: TlsOptions
  readonly credentials: ChannelCredentials
}

/** Serves methods on a front of this kind. */
export function createBench(start: StartGrpcFront, proofs?: Proofs) {
  const opened: { close(graceMs: number): unknown }[] = []
  const close = async (): Promise<void> => {
    for (const item of opened.splice(0).reverse()) await item.close(0)
  }

  async function serve(
    methods: Record<string, GrpcMethod>,
    options: { maxMessageBytes?: number; onInternalError?: (error: unknown) => void } = {},
  ): Promise<{ front: GrpcFront; client: RawClient; connect(settings?: Record<string, number>): RawClient }> {
    const front = await start(new Map(Object.entries(methods)), {
      host: '127.0.0.1',
      port: 0,
      maxMessageBytes: -1,
      ...(proofs ? { tls: proofs.tls } : {}),
      ...options,
    })
    opened.push(front)
    const open = (settings: Record<string, number> = {}): RawClient => {
      const client = createRawClient(front.port, settings, proofs?.credentials)
      opened.push(client)
      return client
    }
    return { front, client: open(), connect: open }
  }

  return { serve, start, close }
}

export type Bench = ReturnType<typeof createBench>
