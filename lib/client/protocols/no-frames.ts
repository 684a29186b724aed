/** Streaming endpoints where the protocol cannot carry them. */
import { XserveError } from '../../errors.ts'

// biome-ignore lint/correctness/useYield: it ends before there is anything to yield
export async function* noFrames(): AsyncGenerator<Uint8Array, void, undefined> {
  throw new XserveError('UNKNOWN_METHOD', 'streaming endpoints are called over gRPC', {
    hint: 'use the address of the gRPC port: grpc://HOST:PORT',
  })
}
