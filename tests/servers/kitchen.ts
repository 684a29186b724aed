/** Executors behind a gateway, all in this process: the real topology, channel, invoker and streamer; only sockets and processes are missing. */
import Kitchen from '../../fixtures/executors/kitchen.ts'
import { createLocalChannel } from '../../lib/channel/local.ts'
import { XserveError } from '../../lib/errors.ts'
import { buildEndpoints } from '../../lib/executor/endpoints.ts'
import type { Executor } from '../../lib/executor/executor.ts'
import { streamingEndpoints } from '../../lib/executor/generator.ts'
import { createInvoker } from '../../lib/executor/invoke.ts'
import { createStreamer } from '../../lib/executor/stream.ts'
import { createRuntime } from '../../lib/gateway/gateway.ts'
import { createInfo } from '../../lib/gateway/info.ts'
import type { Link } from '../../lib/link/link.ts'
import { type AnswerMessage, decodeCall, encodeAnswer } from '../../lib/link/messages.ts'
import { createSingle } from '../../lib/topology/single.ts'
import type { ServedRuntime } from '../../lib/wire/call.ts'

const written = (answer: AnswerMessage): Uint8Array => Buffer.concat(encodeAnswer(answer))

export const kitchenRuntime = (): ServedRuntime => runtimeOf(Kitchen)

export function runtimeOf(Class: typeof Executor): ServedRuntime {
  const table = buildEndpoints(Class, {})
  const executor = new Class()
  const invoke = createInvoker(executor, Class.name, table)
  const start = createStreamer(executor, Class.name, table)
  const call = (parts: readonly Uint8Array[]) => {
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    const running = invoke(decodeCall(Buffer.concat(parts)), (answer) => resolve(written(answer)))
    return { answer: promise, cancel: () => running.cancel() }
  }
  /** Each item is waited for, as over a link whose window is one; leaving ends a wait, too. */
  const stream = (parts: readonly Uint8Array[]): AsyncIterableIterator<Uint8Array> => {
    let over = false
    let taken = (): void => {}
    const waiting: { bytes: Uint8Array; taken: () => void }[] = []
    let wake = (): void => {}
    const running = start(decodeCall(Buffer.concat(parts)), {
      item(answer) {
        const { promise, resolve } = Promise.withResolvers<void>()
        waiting.push({ bytes: written(answer), taken: resolve })
        wake()
        return promise
      },
      end(failure) {
        if (failure) waiting.push({ bytes: written(failure), taken() {} })
        over = true
        wake()
      },
    })
    return {
      async next() {
        taken()
        while (waiting.length === 0 && !over) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        const item = waiting.shift()
        if (item === undefined) return { done: true, value: undefined }
        taken = item.taken
        return { done: false, value: item.bytes }
      },
      async return() {
        over = true
        waiting.length = 0
        wake()
        taken()
        running.cancel()
        return { done: true, value: undefined }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }
  const channel = createLocalChannel({
    link: { call, stream } as unknown as Link,
    name: 'executor0',
    pod: 'executor0/rep-0',
    whyClosed: async () => new XserveError('WORKER_DIED', 'it has no process'),
  })
  const has = (endpoint: string): boolean => table.has(endpoint) || table.has('/default')
  return createRuntime({
    role: 'gateway',
    handler: createSingle({ name: 'executor0', has, ...channel }),
    endpoints: async () => [...table.keys(), '_jina_dry_run_'],
    streams: async () => streamingEndpoints(executor, table),
    info: createInfo('0.0.0'),
  })
}
