/** Several shards as one call interface: one of them in turn, or all, as the endpoint asks (Jina facts §5.6). */
import { type Logger, seldom } from '../log.ts'
import type { CallHandler } from '../wire/call.ts'
import { DEFAULT_ENDPOINT } from '../wire/default-endpoint.ts'
import { type Merging, pollAll } from './poll-all.ts'
import type { PollingTable } from './polling.ts'

export interface ShardedOptions {
  /** Of the deployment. */
  readonly name: string
  readonly polling: PollingTable
  readonly merging: Merging
  /** Shards that fail beside others that do not are warned of, once a second at most. */
  readonly log: Logger
}

/** The shard itself where there is only one: the common case has nothing to decide. */
export function sharded(shards: readonly CallHandler[], options: ShardedOptions): CallHandler {
  const { name, polling, merging, log } = options
  if (shards.length === 1) return shards[0]!
  const warn = seldom((text) => log.warn(text))
  let turn = 0
  const next = (): CallHandler => shards[(turn = (turn + 1) % shards.length)]!
  return {
    call: (request, context) =>
      polling(request.endpoint || DEFAULT_ENDPOINT) === 'all'
        ? pollAll(shards, request, context, { name, merging, warn })
        : next().call(request, context),
    // A stream is one generator's: any of them, whatever the polling.
    stream: (request, context) => next().stream(request, context),
  }
}
