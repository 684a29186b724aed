/** The two runtimes that a server can stand in front of: a gateway with its topology, and an executor without one. */

import { XserveError } from '../errors.ts'
import type { CallContext, CallHandler, ServedRuntime } from '../wire/call.ts'
import { DRY_RUN_ENDPOINT } from '../wire/dry-run.ts'
import { Envelope } from '../wire/envelope.ts'
import type { EndpointSchemas } from '../wire/schemas/endpoint-schema.ts'
import { decodeStatus } from '../wire/status.ts'
import type { Info } from './info.ts'

export interface RuntimeOptions {
  readonly role: 'gateway' | 'executor'
  /** Topology of a gateway, or the deployment of a shared executor. */
  readonly handler: CallHandler
  readonly endpoints: () => Promise<readonly string[]>
  /** Default: none. */
  readonly streams?: () => Promise<readonly string[]>
  /** Default: nothing is declared. */
  readonly schemas?: () => Promise<EndpointSchemas>
  /** Default: as a whole, always; no executor is known by name. */
  readonly serves?: (name: string) => boolean | undefined
  readonly info: () => Info
}

export function createRuntime(options: RuntimeOptions): ServedRuntime {
  const { handler } = options
  return {
    role: options.role,
    handler,
    endpoints: options.endpoints,
    streams: options.streams ?? (async () => []),
    schemas: options.schemas ?? (async () => ({})),
    serves: options.serves ?? ((name) => (name === '' ? true : undefined)),
    info: options.info,
    async dryRun(context: CallContext): Promise<void> {
      const answer = await handler.call(Envelope.create({ requestId: '', endpoint: DRY_RUN_ENDPOINT }), context)
      if (!answer.isError) return
      const status = decodeStatus(answer.status)
      throw new XserveError('ANSWER_FAILED', status.description, { where: status.exception?.executor ?? '' })
    },
  }
}
