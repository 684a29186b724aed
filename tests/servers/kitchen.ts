/** The kitchen behind a gateway, all in this process: the real topology, channel and invoker; only sockets and processes are missing. */
import Kitchen from '../../fixtures/executors/kitchen.ts'
import { createLocalChannel } from '../../lib/channel/local.ts'
import { XserveError } from '../../lib/errors.ts'
import { buildEndpoints } from '../../lib/executor/endpoints.ts'
import { createInvoker } from '../../lib/executor/invoke.ts'
import { createRuntime } from '../../lib/gateway/gateway.ts'
import { createInfo } from '../../lib/gateway/info.ts'
import type { Link } from '../../lib/link/link.ts'
import { decodeCall, encodeAnswer } from '../../lib/link/messages.ts'
import { createSingle } from '../../lib/topology/single.ts'
import type { ServedRuntime } from '../../lib/wire/call.ts'

export function kitchenRuntime(): ServedRuntime {
  const table = buildEndpoints(Kitchen, {})
  const invoke = createInvoker(new Kitchen(), 'Kitchen', table)
  const call = (parts: readonly Uint8Array[]) => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    const running = invoke(decodeCall(Buffer.concat(parts)), (answer) => resolve(Buffer.concat(encodeAnswer(answer))))
    return { answer: promise, cancel: () => running.cancel() }
  }
  const channel = createLocalChannel({
    link: { call } as unknown as Link,
    name: 'executor0',
    pod: 'executor0/rep-0',
    whyClosed: async () => new XserveError('WORKER_DIED', 'it has no process'),
  })
  const has = (endpoint: string): boolean => table.has(endpoint) || table.has('/default')
  return createRuntime({
    role: 'gateway',
    handler: createSingle({ name: 'executor0', has, ...channel }),
    endpoints: async () => [...table.keys(), '_jina_dry_run_'],
    info: createInfo('0.0.0'),
  })
}
