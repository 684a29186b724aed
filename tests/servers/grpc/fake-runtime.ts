/** A runtime without executors: what it answers is told by the test. */
import type { CallContext, ServedRuntime } from '../../../lib/wire/call.ts'
import { Envelope } from '../../../lib/wire/envelope.ts'

export type Answerer = (request: Envelope, context: CallContext) => Promise<Envelope>

export function fakeRuntime(role: ServedRuntime['role'], call: Answerer = async (request) => request): ServedRuntime {
  return {
    role,
    handler: {
      call,
      stream() {
        throw new Error('not streamed here')
      },
    },
    endpoints: async () => ['/foo', '_jina_dry_run_'],
    streams: async () => [],
    schemas: async () => ({}),
    dryRun: async () => {},
    serves: (name) => (name === '' ? true : undefined),
    info: () => ({ jina: { jina: '3.14.1', docarray: '0.21.0' }, envs: { JINA_LOG_LEVEL: 'INFO' } }),
  }
}

export const request = (requestId: string, endpoint = '/foo'): Uint8Array =>
  Envelope.create({ requestId, endpoint }).encode()

export const idOf = (bytes: Uint8Array): string => Envelope.parse(bytes).requestId
